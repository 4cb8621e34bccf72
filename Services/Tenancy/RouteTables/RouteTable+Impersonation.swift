import Models
import Web

extension RouteTable {
    /// Acting as a tenant's owner.
    static func impersonation(_ impersonations: ImpersonationRoutes, _ support: SupportRequestRoutes) -> [Route] {
        [
            .post(
                "/api/v1/platform/tenants/{id}/support-requests", "create_support_request",
                .platform(.tenantsImpersonate), "Ask a tenant's owner to act as them", support.create,
                .failures([.conflict])),
            .get(
                "/api/v1/platform/tenants/{id}/support-requests", "list_tenant_support_requests",
                .platform(.tenantsImpersonate), "What a tenant's owner was asked and has said", support.listOfTenant),
            .get(
                "/api/v1/settings/support-requests", "list_support_requests", .permission(.supportApprove),
                "Who wants to act as the owner, newest first", support.list),
            .post(
                "/api/v1/settings/support-requests/{id}/approve", "approve_support_request",
                .permission(.supportApprove), "Agree that a super admin acts as the owner, for some hours",
                support.approve, .notWhileImpersonating),
            .post(
                "/api/v1/settings/support-requests/{id}/refuse", "refuse_support_request",
                .permission(.supportApprove), "Refuse it, or take back what was agreed to", support.refuse),
            .post(
                "/api/v1/platform/tenants/{id}/impersonations", "create_impersonation",
                .platform(.tenantsImpersonate), "A link to act as a tenant's owner, for a minute",
                impersonations.create, .dangerous,
                .failures([.reauthenticationRequired, .supportApprovalRequired, .conflict])),
            .post(
                "/api/v1/auth/impersonations/exchange", "exchange_impersonation", .public,
                "Take the code of a link and act as the tenant's owner, for half an hour", impersonations.exchange,
                .failures([.invalidToken])),
        ]
    }
}
