import Models
import Postgres

/// Pages of calls.
struct CallListStore: Sendable {
    /// Counting stops here; beyond it the roll-ups estimate.
    static let countBound = 10_000
    /// How many calls of a search are ordered: the index is asked first, since a plain limit may walk the whole tenant.
    private static let searchBound: Int32 = 10_000

    let database: Database

    /// A page and how many calls the filter finds, in one statement.
    func page(
        _ filter: CallFilter, after position: CallPosition?, limit: Int, offset: Int, in tenant: TenantID
    ) async throws -> (calls: [Call], total: Int, totalIsExact: Bool) {
        let condition = Self.condition(filter, in: tenant)
        let found = try await database.tenant(tenant).query(
            """
            \(Self.search(filter))SELECT \(unescaped: Call.columns),
                (SELECT count(*) FROM (SELECT 1 FROM calls WHERE \(condition) LIMIT \(Self.countBound + 1)) AS counted)
            FROM calls WHERE \(condition)\(Self.start(filter.order, after: position))
            ORDER BY \(Self.order(filter.order)) LIMIT \(limit) OFFSET \(offset)
            """, as: CountedCall.self)
        var total = found.first?.total ?? 0
        if found.isEmpty, offset > 0 || position != nil {
            total = try await count(filter, in: tenant)
        }
        guard total > Self.countBound else { return (found.map(\.call), total, true) }
        let known = filter.isUnfiltered ? try await rolledUp(in: tenant) : 0
        return (found.map(\.call), max(known, Self.countBound + 1), false)
    }

    private func count(_ filter: CallFilter, in tenant: TenantID) async throws -> Int {
        let row = try await database.tenant(tenant).first(
            """
            \(Self.search(filter))SELECT count(*) FROM (
                SELECT 1 FROM calls WHERE \(Self.condition(filter, in: tenant)) LIMIT \(Self.countBound + 1)
            ) AS counted
            """, as: CountRow.self)
        return row?.count ?? 0
    }

    /// All calls of the tenant by the roll-ups, which run a few seconds behind.
    private func rolledUp(in tenant: TenantID) async throws -> Int {
        try await database.tenant(tenant).first(
            "SELECT coalesce(sum(calls), 0)::bigint FROM call_rollups WHERE tenant_id = \(tenant)", as: CountRow.self
        )?.count ?? 0
    }

    private static func search(_ filter: CallFilter) -> SQL {
        guard let words = filter.words else { return "" }
        return """
            WITH found AS MATERIALIZED (SELECT call_id FROM search_transcripts(\(words)::tsquery, \(searchBound)))

            """
    }

    private static func condition(_ filter: CallFilter, in tenant: TenantID) -> SQL {
        var sql: SQL = "tenant_id = \(tenant) AND deleted_at IS NULL"
        if filter.isInBin { sql = "tenant_id = \(tenant) AND deleted_at IS NOT NULL" }
        sql = filter.isTest ? "\(sql) AND is_test" : "\(sql) AND NOT is_test"
        if let agent = filter.reach.agentID { sql = "\(sql) AND agent_id = \(agent)" }
        if let agent = filter.agentID { sql = "\(sql) AND agent_id = \(agent)" }
        if let direction = filter.direction { sql = "\(sql) AND direction = \(direction.rawValue)" }
        if let status = filter.status { sql = "\(sql) AND status = \(status.rawValue)" }
        if let stage = filter.stage { sql = "\(sql) AND stage = \(stage.rawValue)" }
        if let sentiment = filter.sentiment { sql = "\(sql) AND sentiment_label = \(sentiment.rawValue)" }
        if let instant = filter.startedAfter { sql = "\(sql) AND started_at >= \(instant)" }
        if let instant = filter.startedBefore { sql = "\(sql) AND started_at < \(instant)" }
        let zone = filter.timeZone.name
        if let day = filter.fromDate { sql = "\(sql) AND started_at >= \(day)::timestamp AT TIME ZONE \(zone)" }
        if let day = filter.toDate?.adding(days: 1) {
            sql = "\(sql) AND started_at < \(day)::timestamp AT TIME ZONE \(zone)"
        }
        if let party = filter.party { sql = "\(sql) AND (from_value = \(party) OR to_value = \(party))" }
        if filter.words != nil { sql = "\(sql) AND id IN (SELECT call_id FROM found)" }
        return sql
    }

    private static func start(_ order: CallFilter.Order, after position: CallPosition?) -> SQL {
        guard let position else { return "" }
        return switch order {
        case .newestFirst: " AND (started_at, id) < (\(position.startedAt), \(position.id))"
        case .oldestFirst: " AND (started_at, id) > (\(position.startedAt), \(position.id))"
        }
    }

    private static func order(_ order: CallFilter.Order) -> SQL {
        switch order {
        case .newestFirst: "started_at DESC, id DESC"
        case .oldestFirst: "started_at, id"
        }
    }
}

/// A call and how many there are with it.
private struct CountedCall: PostgresRowDecodable {
    let call: Call
    let total: Int

    init(row: inout RowReader) throws(PostgresError) {
        call = try Call(row: &row)
        total = try row.next(Int.self)
    }
}

/// A `count(*)`.
struct CountRow: PostgresRowDecodable {
    let count: Int

    init(row: inout RowReader) throws(PostgresError) { count = try row.next(Int.self) }
}
