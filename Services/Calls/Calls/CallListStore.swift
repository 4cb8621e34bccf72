import Models
import Postgres

/// Pages of calls.
struct CallListStore: Sendable {
    /// Counting stops here; beyond it the roll-ups estimate.
    static let countBound = 10_000
    /// How many of the first calls are looked at to count what no index finds; beyond them their share is taken for that of all.
    private static let countWindow = 1_000
    /// How many calls of a search are ordered; words that are more common are found by looking through the newest calls.
    private static let searchBound = 5_000

    let database: Database

    struct Found: Sendable {
        var calls: [Call]
        var total: Int
        var totalIsExact: Bool
    }

    /// A page and how many calls the filter finds.
    func page(
        _ filter: CallFilter, after position: CallPosition?, limit: Int, offset: Int, in tenant: TenantID
    ) async throws -> Found {
        let (condition, isCommon, hits) = try await condition(filter, in: tenant)
        let results = try await database.tenant(tenant).batch([
            """
            SELECT \(unescaped: Call.columns) FROM calls WHERE \(condition.whole)\(filter.order.beyond(position))
            ORDER BY \(filter.order.sql) LIMIT \(limit) OFFSET \(offset)
            """,
            isCommon ? "SELECT 0::bigint, 0::bigint, 0::bigint" : Self.counting(filter, condition, hits, in: tenant),
        ])
        let calls = try results[0].map { row throws(PostgresError) in try Call(row: &row) }
        let counts = try results[1].first { row in
            (matches: try row.next(Int.self), seen: try row.next(Int.self), all: try row.next(Int.self))
        }
        let (matches, seen, all) = counts ?? (0, 0, 0)
        let shown = offset + calls.count
        if isCommon { return Found(calls: calls, total: max(shown, Self.searchBound), totalIsExact: false) }
        guard seen > (filter.isUnfiltered ? Self.countBound : Self.countWindow) else {
            return Found(calls: calls, total: matches, totalIsExact: true)
        }
        let estimate = Int(Double(all) * Double(matches) / Double(seen))
        return Found(calls: calls, total: max(estimate, matches, shown), totalIsExact: false)
    }

    /// Some calls without their number, for those who read all of a list piece by piece.
    func rows(
        _ filter: CallFilter, after position: CallPosition?, limit: Int, in tenant: TenantID
    ) async throws -> [Call] {
        let condition = try await condition(filter, in: tenant).sql.whole
        return try await database.tenant(tenant).query(
            """
            SELECT \(unescaped: Call.columns) FROM calls WHERE \(condition)\(filter.order.beyond(position))
            ORDER BY \(filter.order.sql) LIMIT \(limit)
            """, as: Call.self)
    }

    /// The calls that a filter finds, the newest first, and seconds of their audio; one more than the bound when there are more.
    func chosen(
        _ filter: CallFilter, bound: Int, in tenant: TenantID
    ) async throws -> (ids: [CallID], audioSeconds: Double) {
        let condition = try await condition(filter, in: tenant).sql.whole
        let found = try await database.tenant(tenant).query(
            """
            SELECT id, coalesce(recording_seconds, 0)::double precision FROM calls WHERE \(condition)
            ORDER BY started_at DESC, id DESC LIMIT \(bound + 1)
            """
        ) { row in (try row.next(CallID.self), try row.next(Double.self)) }
        return (found.map { $0.0 }, found.reduce(0) { $0 + $1.1 })
    }

    /// What a filter asks for, its words looked up and how many calls have them; `isCommon` when those are too many to tell first.
    private func condition(
        _ filter: CallFilter, in tenant: TenantID
    ) async throws -> (sql: CallCondition, isCommon: Bool, hits: Int?) {
        var condition = CallCondition(filter, in: tenant)
        guard let words = filter.words else { return (condition, false, nil) }
        let found = try await isEverywhere(words, in: tenant) ? nil : search(words, in: tenant)
        let isCommon = found.map { $0.count > Self.searchBound } ?? true
        condition.narrow(to: isCommon ? nil : found, words: words, in: tenant)
        return (condition, isCommon, found?.count)
    }

    /// Whether the words are in one of ten of the newest calls of a large tenant: the index would tell them all before the
    /// newest are known.
    private func isEverywhere(_ words: String, in tenant: TenantID) async throws -> Bool {
        try await database.tenant(tenant).value(
            """
            SELECT CASE WHEN (
                SELECT coalesce(sum(calls), 0) FROM call_day_figures WHERE tenant_id = \(tenant) AND kind = 'all') > 20000
            THEN (SELECT count(*) FROM (
                SELECT id FROM calls WHERE tenant_id = \(tenant) AND deleted_at IS NULL AND NOT is_test
                ORDER BY started_at DESC, id DESC LIMIT 100) AS near
                WHERE transcript_has(\(tenant), id, \(words)::tsquery)) >= 10
            ELSE false END
            """, as: Bool.self) ?? false
    }

    /// The calls whose transcripts have all words; one more than the bound when there are too many to order.
    private func search(_ words: String, in tenant: TenantID) async throws -> [CallID] {
        try await database.tenant(tenant).query(
            "SELECT call_id FROM search_transcripts(\(words)::tsquery, \(Int32(Self.searchBound + 1)))"
        ) { row in try row.next(CallID.self) }
    }

    /// How many calls match, among how many that were looked at, and how many there are: by the roll-ups, which run a few seconds
    /// behind, or of a search; none where neither knows.
    private static func counting(
        _ filter: CallFilter, _ condition: CallCondition, _ hits: Int?, in tenant: TenantID
    ) -> SQL {
        let all: SQL = """
            (SELECT coalesce(sum(calls), 0)::bigint FROM call_day_figures WHERE tenant_id = \(tenant) AND kind = 'all')
            """
        if filter.isUnfiltered {
            return """
                SELECT n, n, known FROM (
                    SELECT known, CASE WHEN known > \(countBound) THEN \(countBound) + 1 ELSE (
                        SELECT count(*) FROM (SELECT FROM calls WHERE \(condition.scope) LIMIT \(countBound + 1)) AS calls
                    ) END AS n FROM (SELECT \(all)) AS r (known)
                ) AS counted
                """
        }
        let known: SQL = condition.isOfAll ? all : "\(hits ?? 0)::bigint"
        return """
            SELECT count(*) FILTER (WHERE true\(condition.rest)), count(*), \(known) FROM (
                SELECT * FROM calls WHERE \(condition.scope) ORDER BY \(filter.order.sql) LIMIT \(countWindow + 1)
            ) AS calls
            """
    }
}

extension CallCondition {
    /// Keeps to the calls that a search found, or looks at each when it found too many.
    mutating func narrow(to found: [CallID]?, words: String, in tenant: TenantID) {
        if let found {
            narrowScope(" AND id = ANY (\(found)::uuid[])")
        } else {
            narrowScope(" AND transcript_has(\(tenant), id, \(words)::tsquery)")
        }
    }
}
