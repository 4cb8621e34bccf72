import Models
import Web

extension RouteTable {
    /// The keys of a tenant's own software.
    static func apiKeys(_ keys: APIKeyRoutes) -> [Route] {
        [
            .post(
                "/api/v1/api-keys", "create_api_key", .permission(.apiKeysWrite), "Make an API key", keys.create,
                .idempotent, .dangerous, .notWhileImpersonating),
            .get(
                "/api/v1/api-keys", "list_api_keys", .permission(.apiKeysRead), "API keys, newest first", keys.list),
            .get("/api/v1/api-keys/{id}", "get_api_key", .permission(.apiKeysRead), "One API key", keys.get),
            .delete(
                "/api/v1/api-keys/{id}", "revoke_api_key", .permission(.apiKeysWrite), "Revoke an API key",
                keys.revoke),
        ]
    }
}
