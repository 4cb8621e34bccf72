import Models
import Web

extension RouteTable {
    /// Where somebody has accounts.
    static func findTenants(_ find: FindTenantsRoutes) -> [Route] {
        [
            .post(
                "/api/v1/auth/find-tenants", "find_tenants", .public,
                "Mail to an address where it can sign in; at the platform's own hosts alone", find.start)
        ]
    }
}
