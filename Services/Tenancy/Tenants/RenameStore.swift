import Models
import Postgres

/// A tenant's subdomain: given another, with what follows for the former one.
struct RenameStore {
    /// How long a former name leads to its tenant.
    static let leads = Duration.seconds(90 * 86_400)
    /// How long nobody else gets a former name.
    static let reserved = Duration.seconds(365 * 86_400)

    let rows: any SQLExecutor

    /// Takes a name that somebody may have given up; 409 `subdomain_taken` while it is reserved for another.
    func claim(_ subdomain: String, for tenant: TenantID) async throws {
        guard try await rows.value("SELECT platform_claim_subdomain(\(subdomain), \(tenant))") ?? false else {
            throw Failure(.subdomainTaken)
        }
    }

    /// Gives up a name.
    func release(_ subdomain: String, of tenant: TenantID, now: Timestamp) async throws {
        try await rows.execute(
            """
            INSERT INTO former_subdomains (tenant_id, subdomain, leads_until, reserved_until)
            VALUES (\(tenant), \(subdomain), \(now + Self.leads), \(now + Self.reserved))
            """)
    }

    /// What a rename would break.
    func effects(of tenant: Tenant, now: Timestamp) async throws -> TenancyAPI.RenameEffects? {
        let counts = try await rows.first(
            """
            SELECT (SELECT count(*) FROM sessions
                    WHERE tenant_id = \(tenant.id) AND revoked_at IS NULL AND expires_at > now()),
                   (SELECT count(*) FROM api_keys WHERE tenant_id = \(tenant.id) AND revoked_at IS NULL),
                   (SELECT coalesce(sum(cardinality(origins)), 0) FROM origins WHERE tenant_id = \(tenant.id)),
                   (SELECT count(*) FROM domains WHERE tenant_id = \(tenant.id) AND verified_at IS NOT NULL),
                   (SELECT count(*) FROM passkeys WHERE tenant_id = \(tenant.id))
            """, as: CountsRow.self)
        return counts.map {
            TenancyAPI.RenameEffects(
                subdomain: tenant.subdomain, openSessions: $0.sessions, apiKeys: $0.apiKeys, webOrigins: $0.origins,
                domains: $0.domains, passkeys: $0.passkeys,
                formerLeadsUntil: now + Self.leads, formerReservedUntil: now + Self.reserved)
        }
    }
}

private struct CountsRow: PostgresRowDecodable {
    let sessions: Int
    let apiKeys: Int
    let origins: Int
    let domains: Int
    let passkeys: Int

    init(row: inout RowReader) throws(PostgresError) {
        sessions = try row.next(Int.self)
        apiKeys = try row.next(Int.self)
        origins = try row.next(Int.self)
        domains = try row.next(Int.self)
        passkeys = try row.next(Int.self)
    }
}
