import Crypto
import Models
import Postgres

/// The chain of a log: made by the sealing job, read by the check.
struct AuditSealStore {
    let rows: any SQLExecutor
    let tenant: TenantID

    /// The tenants with rows that are not in the chain; they have no row-level security.
    static func tenantsToSeal(limit: Int32, in database: Database) async throws -> [TenantID] {
        try await database.query("SELECT DISTINCT tenant_id FROM audit_unsealed LIMIT \(limit)") { row in
            try row.next(TenantID.self)
        }
    }

    /// One process at a time seals for a tenant, to the end of the transaction.
    func lock() async throws {
        try await rows.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('audit_seals ' || \(tenant.description), 0))")
    }

    func last() async throws -> AuditSeal? {
        try await rows.first(
            """
            SELECT number, first_entry, last_entry, previous, link, proof, pruned_at IS NOT NULL FROM audit_seals
            WHERE tenant_id = \(tenant) ORDER BY number DESC LIMIT 1
            """, as: AuditSeal.self)
    }

    /// Some rows that are not in the chain, oldest first, with their digests.
    func unsealed() async throws -> [(audit: AuditID, row: [UInt8], details: [UInt8])] {
        try await rows.query(
            """
            SELECT l.id, audit_row_digest(l), audit_details_digest(d)
            FROM audit_unsealed AS u
            JOIN audit_log AS l ON l.tenant_id = u.tenant_id AND l.id = u.audit_id
            JOIN audit_details AS d ON d.tenant_id = u.tenant_id AND d.audit_id = u.audit_id
            WHERE u.tenant_id = \(tenant) ORDER BY l.occurred_at, l.id LIMIT \(AuditSeal.size)
            """
        ) { row in (audit: try row.next(), row: try row.next(), details: try row.next()) }
    }

    /// Writes a batch into the chain.
    func insert(_ seal: AuditSeal, _ entries: [(audit: AuditID, details: [UInt8])]) async throws {
        let ids = entries.map(\.audit)
        let numbers = entries.indices.map { seal.firstEntry + Int64($0) }
        let digests = entries.map { Hex.encode($0.details) }
        try await rows.execute(
            """
            INSERT INTO audit_chain (tenant_id, entry, audit_id, details_digest)
            SELECT \(tenant), entry, audit_id, decode(digest, 'hex')
            FROM unnest(\(numbers), \(ids), \(digests)) AS given (entry, audit_id, digest)
            """)
        try await rows.execute(
            """
            INSERT INTO audit_seals (tenant_id, number, first_entry, last_entry, newest_at, previous, link, proof)
            SELECT \(tenant), \(seal.number), \(seal.firstEntry), \(seal.lastEntry), max(occurred_at), \(seal.previous),
                   \(seal.link), \(seal.proof)
            FROM audit_log WHERE tenant_id = \(tenant) AND id = ANY (\(ids))
            """)
        try await rows.execute(
            "DELETE FROM audit_unsealed WHERE tenant_id = \(tenant) AND audit_id = ANY (\(ids))")
    }

    /// Seals after a number, in order.
    func seals(after number: Int64, limit: Int32) async throws -> [AuditSeal] {
        try await rows.query(
            """
            SELECT number, first_entry, last_entry, previous, link, proof, pruned_at IS NOT NULL FROM audit_seals
            WHERE tenant_id = \(tenant) AND number > \(number) ORDER BY number LIMIT \(limit)
            """, as: AuditSeal.self)
    }

    /// The entries of a batch, in order, with what their rows say now.
    func links(of seal: AuditSeal) async throws -> [AuditLink] {
        try await rows.query(
            """
            SELECT c.entry, c.audit_id, CASE WHEN l.id IS NULL THEN NULL ELSE audit_row_digest(l) END, c.details_digest,
                   CASE WHEN d.audit_id IS NULL THEN NULL ELSE audit_details_digest(d) END,
                   coalesce(d.erased_at IS NOT NULL AND d.salt IS NULL AND d.address IS NULL AND d.before IS NULL
                            AND d.after IS NULL, false)
            FROM audit_chain AS c
            LEFT JOIN audit_log AS l ON l.tenant_id = c.tenant_id AND l.id = c.audit_id
            LEFT JOIN audit_details AS d ON d.tenant_id = c.tenant_id AND d.audit_id = c.audit_id
            WHERE c.tenant_id = \(tenant) AND c.entry BETWEEN \(seal.firstEntry) AND \(seal.lastEntry) ORDER BY c.entry
            """
        ) { row in
            AuditLink(
                entry: try row.next(), audit: try row.next(), rowDigest: try row.next(), detailsDigest: try row.next(),
                currentDigest: try row.next(), isErased: try row.next())
        }
    }

    /// A row that is neither in the chain nor waits to be.
    func stray() async throws -> AuditID? {
        try await rows.first(
            """
            SELECT l.id FROM audit_log AS l WHERE l.tenant_id = \(tenant)
              AND NOT EXISTS (SELECT FROM audit_chain AS c WHERE c.tenant_id = l.tenant_id AND c.audit_id = l.id)
              AND NOT EXISTS (SELECT FROM audit_unsealed AS u WHERE u.tenant_id = l.tenant_id AND u.audit_id = l.id)
            ORDER BY l.occurred_at LIMIT 1
            """
        ) { row in try row.next(AuditID.self) }
    }

    func countUnsealed() async throws -> Int {
        try await rows.value("SELECT count(*) FROM audit_unsealed WHERE tenant_id = \(tenant)", as: Int.self) ?? 0
    }

    /// Removes sealed rows that are older than the tenant keeps them; how many.
    func prune(before instant: Timestamp) async throws -> Int {
        try await rows.value("SELECT prune_audit(\(instant))", as: Int.self) ?? 0
    }

    /// The tenants with sealed rows from before an instant.
    static func tenantsToPrune(before instant: Timestamp, in database: Database) async throws -> [TenantID] {
        try await database.query("SELECT * FROM platform_tenants_with_audit(\(instant))") { row in
            try row.next(TenantID.self)
        }
    }
}

extension AuditSeal: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        number = try row.next(Int64.self)
        firstEntry = try row.next(Int64.self)
        lastEntry = try row.next(Int64.self)
        previous = try row.next([UInt8].self)
        link = try row.next([UInt8].self)
        proof = try row.next([UInt8].self)
        isPruned = try row.next(Bool.self)
    }
}
