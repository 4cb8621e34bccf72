import Models
import Postgres

/// The rows of a do-not-call list: the platform's is that of the platform's tenant.
enum DoNotCallStore {
    /// A number to be put on the list.
    struct Entry: Sendable {
        var subject: ContactSubject
        var hash: [UInt8]
        var reason: DoNotCallReason
        var source: String
        var note: String?
        var expiresAt: Timestamp?
        var userID: UserID?
    }

    /// Puts numbers on the list; for those that were on it already, what is newly said holds, and the longer time.
    ///
    /// Each number may be among them once. Which of them are new is told by their hashes.
    static func add(_ entries: [Entry], in tenant: TenantID, _ transaction: Transaction) async throws -> Set<[UInt8]> {
        guard !entries.isEmpty else { return [] }
        // One order for all, so that two imports do not wait for each other crosswise.
        let sorted = entries.sorted { $0.hash.lexicographicallyPrecedes($1.hash) }
        let ids = sorted.map { _ in DoNotCallID.make() }
        let results = try await transaction.query(
            """
            WITH given AS (
                SELECT * FROM unnest(\(ids), \(sorted.map { hex($0.hash) }), \(sorted.map(\.reason.rawValue)),
                    \(sorted.map(\.source)), \(sorted.map { $0.expiresAt?.description ?? "" }),
                    \(sorted.map(\.subject.address)), \(sorted.map { $0.note ?? "" }))
                    AS g (id, hash, reason, source, expires, number, note)
            ), kept AS (
                INSERT INTO do_not_call AS d (tenant_id, id, number_hash, reason, source, expires_at, added_by)
                SELECT \(tenant), id, decode(hash, 'hex'), reason, source, nullif(expires, '')::timestamptz,
                    \(sorted.first?.userID)
                FROM given
                ON CONFLICT ON CONSTRAINT do_not_call_number_key DO UPDATE SET reason = excluded.reason,
                    source = excluded.source, updated_at = now(),
                    expires_at = CASE WHEN d.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
                        ELSE greatest(d.expires_at, excluded.expires_at) END
                RETURNING d.id, d.number_hash, xmax = 0 AS is_new
            ), numbers AS (
                INSERT INTO do_not_call_numbers (tenant_id, entry_id, number, note)
                SELECT \(tenant), kept.id, given.number, nullif(given.note, '') FROM kept
                JOIN given ON decode(given.hash, 'hex') = kept.number_hash
                ON CONFLICT ON CONSTRAINT do_not_call_numbers_pkey DO UPDATE
                    SET note = coalesce(excluded.note, do_not_call_numbers.note)
            )
            SELECT number_hash, is_new FROM kept
            """
        ) { row in (hash: try row.next([UInt8].self), isNew: try row.next(Bool.self)) }
        return Set(results.filter(\.isNew).map(\.hash))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Takes an entry off the list; whether it was there.
    static func remove(_ id: DoNotCallID, in tenant: TenantID, _ database: some SQLExecutor) async throws -> Bool {
        try await database.execute("DELETE FROM do_not_call WHERE tenant_id = \(tenant) AND id = \(id)") == 1
    }

    static func find(
        _ hash: [UInt8], in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> CallsAPI.DoNotCallEntry? {
        try await database.first("\(selection) WHERE d.tenant_id = \(tenant) AND d.number_hash = \(hash)", read)
    }

    /// What a list shows.
    struct Filter: Sendable {
        var hash: [UInt8]?
        var reason: DoNotCallReason?
    }

    private static let countBound = 10_000

    /// A page, and how many the filter finds.
    static func page(
        _ filter: Filter, _ order: RowOrderStore, in tenant: TenantID, _ database: TenantDatabase
    ) async throws -> (rows: [CallsAPI.DoNotCallEntry], total: Int, isExact: Bool) {
        var condition: SQL = "d.tenant_id = \(tenant)"
        if let hash = filter.hash { condition = "\(condition) AND d.number_hash = \(hash)" }
        if let reason = filter.reason { condition = "\(condition) AND d.reason = \(reason.rawValue)" }
        let results = try await database.batch([
            """
            \(selection) WHERE \(condition)\(order.start("d.created_at", "d.id"))\(order.end("d.created_at", "d.id"))
            """,
            "SELECT count(*) FROM (SELECT FROM do_not_call AS d WHERE \(condition) LIMIT \(countBound + 1)) AS counted",
        ])
        let total = try results[1].first { row in try row.next(Int.self) } ?? 0
        return (try results[0].map(read), total, total <= countBound)
    }

    static func find(
        _ id: DoNotCallID, in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> CallsAPI.DoNotCallEntry? {
        try await database.first("\(selection) WHERE d.tenant_id = \(tenant) AND d.id = \(id)", read)
    }

    private static let selection: SQL = """
        SELECT d.id, n.number, d.reason, d.source, n.note, d.expires_at, d.added_by, d.created_at, d.updated_at
        FROM do_not_call AS d LEFT JOIN do_not_call_numbers AS n ON n.tenant_id = d.tenant_id AND n.entry_id = d.id
        """

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.DoNotCallEntry = { row in
        CallsAPI.DoNotCallEntry(
            id: try row.next(DoNotCallID.self), number: try row.next(String?.self),
            reason: try row.next(DoNotCallReason.self), source: try row.next(String.self),
            note: try row.next(String?.self), expiresAt: try row.next(Timestamp?.self),
            addedBy: try row.next(UserID?.self), createdAt: try row.next(Timestamp.self),
            updatedAt: try row.next(Timestamp.self))
    }
}
