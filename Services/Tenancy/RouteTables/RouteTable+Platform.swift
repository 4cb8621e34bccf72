import Models
import Web

extension RouteTable {
    /// What super admins do with tenants that are there.
    static func platformEdits(
        _ edits: TenantEditRoutes, _ export: TenantExportRoutes, _ features: PlatformFeatureRoutes,
        _ stats: PlatformStatsRoutes
    ) -> [Route] {
        [
            .get(
                "/api/v1/platform/stats", "get_platform_stats", .platform(.tenantsRead),
                "How many tenants and people there are, and what trouble and cost they have together", stats.get),
            .get(
                "/api/v1/platform/tenants/export", "export_tenants", .platform(.tenantsRead), "All tenants as CSV",
                export.export, .contentTypes(["text/csv"])),
            .patch(
                "/api/v1/platform/tenants/{id}", "update_tenant", .platform(.tenantsWrite),
                "Edit a tenant, its limits and its features", edits.update, .failures([.conflict, .subdomainTaken])),
            .get(
                "/api/v1/platform/tenants/{id}/rename-effects", "get_rename_effects", .platform(.tenantsWrite),
                "What another subdomain would break", edits.renameEffects),
            .post(
                "/api/v1/platform/tenants/{id}/deletion", "delete_tenant", .platform(.tenantsWrite),
                "Delete a tenant; it can be restored for 30 days", edits.delete, .dangerous,
                .failures([.reauthenticationRequired])),
            .delete(
                "/api/v1/platform/tenants/{id}/deletion", "restore_tenant", .platform(.tenantsWrite),
                "Restore a deleted tenant", edits.restore, .failures([.conflict])),
            .get(
                "/api/v1/platform/tenants/{id}/usage", "get_tenant_usage", .platform(.tenantsRead),
                "How much of the suite a tenant's people use", edits.usage),
            .get(
                "/api/v1/platform/settings/features", "get_platform_features", .platform(.settingsRead),
                "The features that are off everywhere", features.get),
            .put(
                "/api/v1/platform/settings/features", "put_platform_features", .platform(.settingsWrite),
                "Switch features off and on everywhere", features.put),
        ]
    }

    /// The platform's tenants, for super admins.
    static func platform(_ tenants: TenantRoutes) -> [Route] {
        [
            .post(
                "/api/v1/platform/tenants/{id}/owner-invitation", "resend_owner_invitation", .platform(.tenantsWrite),
                "Another link for the owner of a tenant that has none yet", tenants.inviteOwner,
                .failures([.conflict, .seatLimitReached, .rateLimited])),
            .post(
                "/api/v1/platform/tenants", "create_tenant", .platform(.tenantsWrite), "Make a tenant",
                tenants.create,
                .idempotent, .failures([.subdomainTaken])),
            .get(
                "/api/v1/platform/tenants", "list_tenants", .platform(.tenantsRead),
                "Tenants, newest first; or by activity, trouble or cost",
                tenants.list),
            .get("/api/v1/platform/tenants/{id}", "get_tenant", .platform(.tenantsRead), "One tenant", tenants.get),
            .post(
                "/api/v1/platform/tenants/{id}/suspend", "suspend_tenant", .platform(.tenantsSuspend),
                "Suspend a tenant", tenants.suspend, .failures([.reauthenticationRequired])),
            .post(
                "/api/v1/platform/tenants/{id}/resume", "resume_tenant", .platform(.tenantsSuspend),
                "Resume a tenant", tenants.resume),
        ]
    }
}
