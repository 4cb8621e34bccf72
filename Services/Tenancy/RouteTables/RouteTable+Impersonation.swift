import Models
import Web

extension RouteTable {
    /// Acting as a tenant's owner.
    static func impersonation(_ impersonations: ImpersonationRoutes) -> [Route] {
        [
            .post(
                "/api/v1/platform/tenants/{id}/impersonations", "create_impersonation",
                .platform(.tenantsImpersonate), "A link to act as a tenant's owner, for a minute",
                impersonations.create, .dangerous, .failures([.reauthenticationRequired, .conflict])),
            .post(
                "/api/v1/auth/impersonations/exchange", "exchange_impersonation", .public,
                "Take the code of a link and act as the tenant's owner, for half an hour", impersonations.exchange,
                .failures([.invalidToken])),
        ]
    }
}
