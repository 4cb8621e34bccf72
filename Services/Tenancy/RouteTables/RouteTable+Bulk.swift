import Models
import Web

extension RouteTable {
    /// What super admins do with many tenants at once.
    static func bulk(_ bulk: BulkRoutes) -> [Route] {
        [
            .post(
                "/api/v1/platform/tenants/bulk/preview", "preview_bulk", .platform(.tenantsWrite),
                "What a change would do to many tenants", bulk.preview),
            .post(
                "/api/v1/platform/tenants/bulk", "create_bulk", .platform(.tenantsWrite),
                "Change plan, features or state of many tenants", bulk.create, .idempotent, .dangerous,
                .failures([.reauthenticationRequired])),
            .get(
                "/api/v1/platform/tenants/bulk", "list_bulk", .platform(.tenantsRead),
                "Changes of many tenants, newest first", bulk.list),
            .get(
                "/api/v1/platform/tenants/bulk/{id}", "get_bulk", .platform(.tenantsRead),
                "One such change with what became of each tenant", bulk.get),
            .post(
                "/api/v1/platform/tenants/bulk/{id}/undo", "undo_bulk", .platform(.tenantsWrite),
                "Take a change of many tenants back, but for those that were changed since", bulk.undo, .dangerous,
                .failures([.reauthenticationRequired, .conflict])),
        ]
    }
}
