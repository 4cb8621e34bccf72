import Models
import Web

extension RouteTable {
    /// Who did what.
    static func audit(_ audit: AuditRoutes) -> [Route] {
        [
            .get("/api/v1/audit", "list_audit", .permission(.auditRead), "Who did what, newest first", audit.list),
            .get(
                "/api/v1/platform/audit", "list_platform_audit", .platform(.auditRead),
                "Who did what on the platform, newest first", audit.list),
        ]
    }
}
