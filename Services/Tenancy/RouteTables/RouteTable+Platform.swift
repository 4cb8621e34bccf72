import Models
import Web

extension RouteTable {
    /// The platform's tenants, for super admins.
    static func platform(_ tenants: TenantRoutes) -> [Route] {
        [
            .post(
                "/api/v1/platform/tenants", "create_tenant", .platform(.tenantsWrite), "Make a tenant",
                tenants.create,
                .idempotent, .failures([.subdomainTaken])),
            .get(
                "/api/v1/platform/tenants", "list_tenants", .platform(.tenantsRead), "Tenants, newest first",
                tenants.list),
            .get("/api/v1/platform/tenants/{id}", "get_tenant", .platform(.tenantsRead), "One tenant", tenants.get),
            .post(
                "/api/v1/platform/tenants/{id}/suspend", "suspend_tenant", .platform(.tenantsSuspend),
                "Suspend a tenant", tenants.suspend),
            .post(
                "/api/v1/platform/tenants/{id}/resume", "resume_tenant", .platform(.tenantsSuspend),
                "Resume a tenant", tenants.resume),
        ]
    }
}
