import Models
import Web

extension RouteTable {
    /// What calls can come to, and what one came to.
    static func dispositions(_ dispositions: DispositionRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/dispositions", "list_dispositions", .permission(.callsReadAll, or: .callsReadOwn),
                "What calls can come to, in order", dispositions.list),
            .post(
                "/api/v1/calls/dispositions", "create_disposition", .permission(.settingsWrite),
                "Add a disposition of one's own", dispositions.create, .idempotent, .failures([.conflict]), .audited),
            .put(
                "/api/v1/calls/dispositions/order", "order_dispositions", .permission(.settingsWrite),
                "Put the dispositions into another order", dispositions.order, .audited),
            .get(
                "/api/v1/calls/dispositions/{id}", "get_disposition", .permission(.callsReadAll, or: .callsReadOwn),
                "One disposition", dispositions.get),
            .patch(
                "/api/v1/calls/dispositions/{id}", "update_disposition", .permission(.settingsWrite),
                "Rename a disposition, or give it another category", dispositions.update, .failures([.conflict]),
                .audited),
            .delete(
                "/api/v1/calls/dispositions/{id}", "retire_disposition", .permission(.settingsWrite),
                "Take a disposition out of the choice; calls keep it", dispositions.retire, .audited),
            .post(
                "/api/v1/calls/dispositions/{id}/restore", "restore_disposition", .permission(.settingsWrite),
                "Put a disposition back into the choice", dispositions.restore, .failures([.conflict]), .audited),
            .put(
                "/api/v1/calls/{id}/disposition", "set_call_disposition", .permission(.callsWrite),
                "Say what a call came to", dispositions.set),
            .delete(
                "/api/v1/calls/{id}/disposition", "clear_call_disposition", .permission(.callsWrite),
                "Take back what a call came to", dispositions.clear),
        ]
    }
}
