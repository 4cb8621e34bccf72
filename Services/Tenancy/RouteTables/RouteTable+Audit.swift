import Models
import Web

extension RouteTable {
    /// Who did what.
    static func audit(_ audit: AuditRoutes, _ export: AuditExportRoutes) -> [Route] {
        [
            .get("/api/v1/audit", "list_audit", .permission(.auditRead), "Who did what, newest first", audit.list),
            .get(
                "/api/v1/audit/export", "export_audit", .permission(.auditExport),
                "Who did what, as CSV or as lines of JSON", export.export,
                .contentTypes(["text/csv", "application/x-ndjson"])),
            .get(
                "/api/v1/audit/verification", "verify_audit", .permission(.auditRead),
                "Whether the log is as it was written", audit.verify),
            .get(
                "/api/v1/platform/audit", "list_platform_audit", .platform(.auditRead),
                "Who did what on the platform, newest first", audit.list),
            .get(
                "/api/v1/platform/audit/export", "export_platform_audit", .platform(.auditExport),
                "Who did what on the platform, as CSV or as lines of JSON", export.export,
                .contentTypes(["text/csv", "application/x-ndjson"])),
            .get(
                "/api/v1/platform/audit/verification", "verify_platform_audit", .platform(.auditRead),
                "Whether the platform's log is as it was written", audit.verify),
            .get(
                "/api/v1/platform/tenants/{id}/audit", "list_tenant_audit", .platform(.auditRead),
                "Who did what in a tenant, newest first", audit.listOfTenant),
            .get(
                "/api/v1/platform/tenants/{id}/audit/export", "export_tenant_audit", .platform(.auditExport),
                "Who did what in a tenant, as CSV or as lines of JSON", export.exportOfTenant,
                .contentTypes(["text/csv", "application/x-ndjson"])),
        ]
    }
}
