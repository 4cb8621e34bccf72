import Models
import Postgres

/// The rows of domains.
struct DomainStore {
    let rows: any SQLExecutor

    /// 409 when the tenant has it already.
    func create(_ name: DomainName, challenge: String, nextCheck: Timestamp, in tenant: TenantID) async throws -> Domain
    {
        do {
            let made = try await rows.first(
                """
                INSERT INTO domains (tenant_id, id, name, challenge, next_check_at)
                VALUES (\(tenant), \(DomainID.make()), \(name.text), \(challenge), \(nextCheck))
                RETURNING \(unescaped: Domain.columns)
                """, as: Domain.self)
            guard let made else { throw Failure(.internal) }
            return made
        } catch let error as PostgresError where error.constraint == "domains_name_key" {
            throw Failure(.conflict, "The domain is in your list already.")
        }
    }

    /// Whether another tenant has verified it.
    func isTaken(_ name: String, for tenant: TenantID) async throws -> Bool {
        try await rows.value("SELECT platform_is_domain_taken(\(name), \(tenant))") ?? false
    }

    /// Whether a host is a domain that the tenant has verified.
    func isVerified(_ host: String, in tenant: TenantID) async throws -> Bool {
        try await rows.value(
            "SELECT true FROM domains WHERE tenant_id = \(tenant) AND name = \(host) AND verified_at IS NOT NULL")
            ?? false
    }

    func find(_ id: DomainID, in tenant: TenantID) async throws -> Domain? {
        try await rows.first(
            "SELECT \(unescaped: Domain.columns) FROM domains WHERE tenant_id = \(tenant) AND id = \(id)",
            as: Domain.self)
    }

    /// The same, locked to the end of the transaction.
    func lock(_ id: DomainID, in tenant: TenantID) async throws -> Domain? {
        try await rows.first(
            "SELECT \(unescaped: Domain.columns) FROM domains WHERE tenant_id = \(tenant) AND id = \(id) FOR UPDATE",
            as: Domain.self)
    }

    /// Writes what a look at the domain has changed; 409 `domain_taken` when another tenant has verified it meanwhile.
    func save(_ domain: Domain, nextCheck: Timestamp?, in tenant: TenantID) async throws {
        do {
            try await rows.execute(
                """
                UPDATE domains SET
                    verified_at = \(domain.verifiedAt), checked_at = \(domain.checkedAt), fault = \(domain.fault?.rawValue),
                    failing_since = \(domain.failingSince), lapsed_at = \(domain.lapsedAt), next_check_at = \(nextCheck)
                WHERE tenant_id = \(tenant) AND id = \(domain.id)
                """)
        } catch let error as PostgresError where error.constraint == "domains_verified_key" {
            throw Failure(.domainTaken)
        }
    }

    /// Notes until when the gateway has a certificate for a domain.
    func note(certificateOf name: String, until end: Timestamp?, in tenant: TenantID) async throws {
        try await rows.execute(
            """
            UPDATE domains SET certificate_expires_at = \(end)
            WHERE tenant_id = \(tenant) AND name = \(name) AND certificate_expires_at IS DISTINCT FROM \(end)
            """)
    }

    /// Nil when there is no such domain.
    func delete(_ id: DomainID, in tenant: TenantID) async throws -> Domain? {
        try await rows.first(
            """
            DELETE FROM domains WHERE tenant_id = \(tenant) AND id = \(id) RETURNING \(unescaped: Domain.columns)
            """, as: Domain.self)
    }

    /// A page of domains, newest first.
    func list(_ page: RowPage, in tenant: TenantID) async throws -> [Domain] {
        try await rows.query(
            """
            SELECT \(unescaped: Domain.columns) FROM domains
            WHERE tenant_id = \(tenant) AND (created_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
            ORDER BY created_at \(unescaped: page.direction), id \(unescaped: page.direction)
            LIMIT \(page.limit) OFFSET \(page.offset)
            """, as: Domain.self)
    }

    func count(in tenant: TenantID) async throws -> Int {
        try await rows.value("SELECT count(*) FROM domains WHERE tenant_id = \(tenant)", as: Int.self) ?? 0
    }

    /// Takes domains of all tenants whose records are to be looked at again.
    func takeDue(limit: Int) async throws -> [DueDomain] {
        try await rows.query(
            "SELECT tenant_id, id FROM platform_take_due_domains(\(Int32(limit)))", as: DueDomain.self)
    }

    /// The verified domains of all tenants, for the operator.
    func listVerified() async throws -> [String] {
        try await rows.query("SELECT platform_list_verified_domains()") { row in try row.next(String.self) }
    }
}

/// A domain that is to be looked at.
struct DueDomain: PostgresRowDecodable, Sendable {
    let tenant: TenantID
    let id: DomainID

    init(row: inout RowReader) throws(PostgresError) {
        tenant = try row.next(TenantID.self)
        id = try row.next(DomainID.self)
    }
}

extension Domain: PostgresRowDecodable {
    static let columns: StaticString = """
        id, name, challenge, created_at, verified_at, checked_at, fault, failing_since, lapsed_at, certificate_expires_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(DomainID.self)
        name = try row.next(String.self)
        challenge = try row.next(String.self)
        createdAt = try row.next(Timestamp.self)
        verifiedAt = try row.next(Timestamp?.self)
        checkedAt = try row.next(Timestamp?.self)
        fault = try row.next(String?.self).flatMap(DomainFault.init(rawValue:))
        failingSince = try row.next(Timestamp?.self)
        lapsedAt = try row.next(Timestamp?.self)
        certificateExpiresAt = try row.next(Timestamp?.self)
    }
}
