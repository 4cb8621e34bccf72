import Models
import Web

extension RouteTable {
    /// The keys of a tenant's own software.
    static func apiKeys(_ keys: APIKeyRoutes) -> [Route] {
        [
            .post(
                "/api/v1/api-keys", "create_api_key", .permission(.apiKeysWrite), "Make an API key", keys.create,
                .idempotent, .dangerous, .notWhileImpersonating, .failures([.reauthenticationRequired])),
            .get(
                "/api/v1/api-keys", "list_api_keys", .permission(.apiKeysRead), "API keys, newest first", keys.list),
            .get("/api/v1/api-keys/{id}", "get_api_key", .permission(.apiKeysRead), "One API key", keys.get),
            .patch(
                "/api/v1/api-keys/{id}", "update_api_key", .permission(.apiKeysWrite),
                "Rename a key, say what it may do and until when", keys.update, .dangerous, .notWhileImpersonating,
                .failures([.conflict, .reauthenticationRequired])),
            .post(
                "/api/v1/api-keys/{id}/replacements", "replace_api_key", .permission(.apiKeysWrite),
                "A new key in the place of another, which works for a while yet", keys.replace, .idempotent,
                .dangerous, .notWhileImpersonating, .failures([.conflict, .reauthenticationRequired])),
            .delete(
                "/api/v1/api-keys/{id}", "revoke_api_key", .permission(.apiKeysWrite), "Revoke an API key",
                keys.revoke),
        ]
    }
}
