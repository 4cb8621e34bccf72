import Models
import Web

extension RouteTable {
    /// What other services may ask.
    static func tenancyInternal(
        serviceTokens: ServiceTokenRoutes, changes: ChangeFeedRoutes, keys: APIKeyRoutes, signingKeys: SigningKeyRoutes,
        entitlements: EntitlementRoutes, origins: OriginRoutes, domains: DomainRoutes, erasures: ErasureRoutes,
        directory: DirectoryRoutes, connections: ConnectionRoutes
    ) -> RouteTable {
        RouteTable(
            .tenancy,
            [
                .post(
                    "/internal/service-tokens", "create_service_token", .unguarded, "A token for a service",
                    serviceTokens.create, .withoutTenant),
                .get(
                    "/internal/jwks.json", "list_signing_keys_internal", .unguarded, "The keys that verify tokens",
                    signingKeys.list, .withoutTenant),
                .get(
                    "/internal/changes", "stream_changes", .service(.changesRead), "The change feed", changes.stream,
                    .withoutTenant),
                .post(
                    "/internal/api-keys/exchange", "exchange_api_key", .service(.apiKeysExchange),
                    "A token for an API key", keys.exchange),
                .put(
                    "/internal/tenants/{id}/entitlements", "put_entitlements", .service(.entitlementsWrite),
                    "Set what a tenant may use", entitlements.put),
                .put(
                    "/internal/tenants/{id}/origins", "put_origins", .service(.originsWrite),
                    "Set from which web sites a tenant's visitors come", origins.put),
                .put(
                    "/internal/domains/certificate", "put_domain_certificate", .service(.certificatesReport),
                    "Say until when there is a certificate for a tenant's domain", domains.putCertificate),
                .get(
                    "/internal/users", "list_people", .service(.peopleRead),
                    "Active people, by role, skill, language and ZIP code", directory.list),
                .get(
                    "/internal/users/{id}", "get_person", .service(.peopleRead),
                    "A person, with the ways in which each event reaches them", directory.get),
            ] + connectionsInternal(connections) + lifeCycleInternal(erasures))
    }
}
