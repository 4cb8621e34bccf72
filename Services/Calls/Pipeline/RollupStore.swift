import Models
import Postgres

/// The counts by 15-minute bucket.
struct RollupStore: Sendable {
    let database: Database

    /// One round for a tenant; tells whether marks may be left.
    ///
    /// Buckets with so many calls that their statement's time is up are counted fewer at once.
    func recount(upTo most: Int, in tenant: TenantID) async throws -> Bool {
        var limit = most
        while true {
            do {
                return try await recount(limit: limit, in: tenant) == limit
            } catch let error as PostgresError where error.kind == .deadline && limit > 1 {
                limit = max(1, limit / 8)
            }
        }
    }

    /// Counts the marked buckets of a tenant again and takes their marks, up to `limit`; gives how many marks were taken.
    ///
    /// Marks are taken before counting, so a change during the counting leaves a mark of its own. One process at a time
    /// counts for a tenant.
    func recount(limit: Int, in tenant: TenantID) async throws -> Int {
        try await database.tenant(tenant).transaction { transaction in
            try await transaction.execute("SELECT pg_advisory_xact_lock(hashtextextended(\(tenant.description), 0))")
            let marked = try await transaction.values(
                """
                DELETE FROM call_rollup_marks WHERE tenant_id = \(tenant) AND id IN (
                    SELECT id FROM call_rollup_marks WHERE tenant_id = \(tenant) ORDER BY id LIMIT \(limit))
                RETURNING bucket_at
                """, as: Timestamp.self)
            let buckets = Set(marked).sorted()
            if !buckets.isEmpty {
                _ = try await transaction.batch(FigureCountStore.recount(buckets, in: tenant))
            }
            return marked.count
        }
    }

    /// The tenants that have marks, up to `limit`; marks have no row-level security.
    func tenantsWithMarks(limit: Int) async throws -> [TenantID] {
        try await database.query("SELECT DISTINCT tenant_id FROM call_rollup_marks LIMIT \(limit)") { row in
            try row.next(TenantID.self)
        }
    }
}
