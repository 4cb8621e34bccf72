import Models
import Web

extension RouteTable {
    /// The accounts of a tenant's own software.
    static func serviceAccounts(_ accounts: ServiceAccountRoutes) -> [Route] {
        [
            .post(
                "/api/v1/service-accounts", "create_service_account", .permission(.apiKeysWrite),
                "Make an account for a program", accounts.create, .idempotent, .dangerous, .notWhileImpersonating,
                .failures([.conflict, .reauthenticationRequired])),
            .get(
                "/api/v1/service-accounts", "list_service_accounts", .permission(.apiKeysRead),
                "Accounts of programs, newest first", accounts.list),
            .get(
                "/api/v1/service-accounts/{id}", "get_service_account", .permission(.apiKeysRead),
                "One account of a program", accounts.get),
            .patch(
                "/api/v1/service-accounts/{id}", "update_service_account", .permission(.apiKeysWrite),
                "Rename an account or say what its keys may do at most", accounts.update, .dangerous,
                .notWhileImpersonating, .failures([.conflict, .reauthenticationRequired])),
            .post(
                "/api/v1/service-accounts/{id}/disable", "disable_service_account", .permission(.apiKeysWrite),
                "Disable an account and revoke its keys", accounts.disable),
            .post(
                "/api/v1/service-accounts/{id}/enable", "enable_service_account", .permission(.apiKeysWrite),
                "Let an account have keys again", accounts.enable, .dangerous, .notWhileImpersonating,
                .failures([.reauthenticationRequired])),
        ]
    }
}
