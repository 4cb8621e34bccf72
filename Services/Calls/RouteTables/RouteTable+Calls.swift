import Models
import Web

extension RouteTable {
    /// Calls themselves.
    static func calls(_ calls: CallRoutes, _ lists: CallListRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls", "list_calls", .permission(.callsReadAll, or: .callsReadOwn),
                "Calls, newest first", lists.list),
            .post(
                "/api/v1/calls", "create_call", .permission(.callsWrite),
                "Record a call; a known external id answers the first one, unchanged", calls.create, .idempotent,
                .failures([.conflict])),
            .get(
                "/api/v1/calls/{id}", "get_call", .permission(.callsReadAll, or: .callsReadOwn),
                "A call with its recording, transcript and analysis", calls.get),
            .delete(
                "/api/v1/calls/{id}", "delete_call", .permission(.callsDelete),
                "Move a call to the bin, whence it is removed after 30 days", calls.delete, .dangerous,
                .failures([.legalHold]), .audited),
            .post(
                "/api/v1/calls/{id}/restore", "restore_call", .permission(.callsDelete),
                "Take a call out of the bin", calls.restore, .failures([.conflict]), .audited),
            .post(
                "/api/v1/calls/{id}/processing/retry", "retry_call_processing", .permission(.callsWrite),
                "Process a failed call again, or an imported one for the first time", calls.retry,
                .failures([.conflict])),
        ]
    }
}
