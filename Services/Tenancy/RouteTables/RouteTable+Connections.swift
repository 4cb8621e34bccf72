import Models
import Web

extension RouteTable {
    /// A tenant's accounts at providers.
    static func connections(_ connections: ConnectionRoutes) -> [Route] {
        [
            .get(
                "/api/v1/connections/providers", "list_providers", .permission(.connectionsRead),
                "What can be connected, and what each needs to be told", connections.providers),
            .get(
                "/api/v1/connections", "list_connections", .permission(.connectionsRead), "Connections, newest first",
                connections.list),
            .post(
                "/api/v1/connections", "create_connection", .permission(.connectionsWrite),
                "Connect a provider; the hook secret is shown once", connections.create, .idempotent, .dangerous,
                .notWhileImpersonating, .failures([.conflict, .reauthenticationRequired])),
            .get(
                "/api/v1/connections/{id}", "get_connection", .permission(.connectionsRead), "One connection",
                connections.get),
            .patch(
                "/api/v1/connections/{id}", "update_connection", .permission(.connectionsWrite),
                "Change what is given of a connection", connections.update, .dangerous, .notWhileImpersonating,
                .failures([.reauthenticationRequired])),
            .post(
                "/api/v1/connections/{id}/webhook-secret", "rotate_webhook_secret", .permission(.connectionsWrite),
                "Sign hooks with another secret; the one before counts for a while yet", connections.rotate,
                .dangerous, .notWhileImpersonating, .failures([.reauthenticationRequired])),
            .delete(
                "/api/v1/connections/{id}", "delete_connection", .permission(.connectionsWrite),
                "Take a connection away; its calls stay", connections.remove, .dangerous, .notWhileImpersonating),
        ]
    }

    /// What opens them, for the services that use them.
    static func connectionsInternal(_ connections: ConnectionRoutes) -> [Route] {
        [
            .get(
                "/internal/connections", "list_connection_ids", .service(.connectionsRead),
                "The ids of a tenant's enabled connections", connections.ids),
            .get(
                "/internal/provider-connections", "list_provider_connections", .service(.connectionsRead),
                "All tenants' enabled connections of a provider", connections.ofProvider, .withoutTenant),
            .get(
                "/internal/connections/{id}", "open_connection", .service(.connectionsRead),
                "A connection with its credentials", connections.open),
        ]
    }
}
