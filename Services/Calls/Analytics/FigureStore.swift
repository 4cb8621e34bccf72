import FoundationEssentials
import Models
import Postgres

/// Whose figures are read: of everything, or of one thing that tells calls apart.
struct FigureKey: Sendable, Hashable {
    var kind: String
    var id: UUID

    static let all = FigureKey(kind: "all", id: UUID(high: 0, low: 0))
}

/// Reads figures, from the roll-ups where they know the answer and from the rows of calls where they do not.
struct FigureStore: Sendable {
    let rows: TenantDatabase

    var tenant: TenantID { rows.tenant }

    /// The days as instants; the last 30 days unless dates are given.
    func span(from: LocalDate?, to: LocalDate?, zone: TimeZoneName) async throws -> FigureSpan {
        let found = try await rows.first(
            """
            WITH days AS (SELECT coalesce(\(from)::date, coalesce(\(to)::date, (now() AT TIME ZONE \(zone.name))::date) - 29) AS a,
                coalesce(\(to)::date, (now() AT TIME ZONE \(zone.name))::date) AS b)
            SELECT a, b, a::timestamp AT TIME ZONE \(zone.name), (b + 1)::timestamp AT TIME ZONE \(zone.name) FROM days
            """
        ) { row in
            FigureSpan(
                fromDate: try row.next(LocalDate.self), toDate: try row.next(LocalDate.self),
                begin: try row.next(Timestamp.self), end: try row.next(Timestamp.self))
        }
        guard let found, found.fromDate <= found.toDate, found.toDate < found.fromDate.adding(days: FigureSpan.mostDays)
        else {
            let detail = "It must be from_date or later, by a year at most."
            throw Failure(
                .invalidQuery, errors: [FieldError(pointer: "query/to_date", code: "out_of_range", detail: detail)])
        }
        return found
    }

    /// The figures of each thing of a kind.
    func groups(_ kind: String, in span: FigureSpan) async throws -> [(key: UUID, figures: Figures)] {
        let parts: [SQL] = span.parts.map { part in
            """
            SELECT key, \(unescaped: FigureColumns.names) FROM \(unescaped: part.table) WHERE tenant_id = \(tenant)
              AND kind = \(kind) AND bucket_at >= \(part.range.lowerBound) AND bucket_at < \(part.range.upperBound)
            """
        }
        guard let first = parts.first else { return [] }
        let all = parts.dropFirst().reduce(first) { "\($0) UNION ALL \($1)" }
        return try await rows.query(
            """
            SELECT key, \(unescaped: FigureColumns.sums) FROM (\(all)) AS f GROUP BY key HAVING sum(calls) > 0
            """, Self.group)
    }

    /// The same of whatever calls, from their rows.
    func groups(
        _ group: FigureGroup, of filter: CallFilter, in span: FigureSpan
    ) async throws -> [(key: UUID, figures: Figures)] {
        let key: SQL
        switch group {
        case .agent: key = "SELECT calls.agent_id"
        case .disposition: key = "SELECT calls.disposition_id"
        case .line:
            key = """
                SELECT l.id FROM call_labels AS l WHERE l.tenant_id = \(tenant) AND l.kind = 'line'
                  AND l.value = calls.own_end
                """
        case .team:
            key =
                "SELECT l.id FROM call_labels AS l WHERE l.tenant_id = \(tenant) AND l.kind = 'team' AND l.value = calls.team"
        case .topic:
            key = "SELECT t.topic_id FROM call_topics AS t WHERE t.tenant_id = \(tenant) AND t.call_id = calls.id"
        }
        return try await rows.query(
            """
            SELECT k.key, \(unescaped: FigureColumns.counts) FROM (
                SELECT *, \(unescaped: FigureColumns.line) AS own_end FROM calls
                WHERE \(CallCondition(filter, in: tenant).whole)
                  AND started_at >= \(span.begin) AND started_at < \(span.end) OFFSET 0
            ) AS calls CROSS JOIN LATERAL (\(key)) AS k (key)
            WHERE k.key IS NOT NULL
            GROUP BY k.key
            """, Self.group)
    }

    private static let group: @Sendable (inout RowReader) throws -> (key: UUID, figures: Figures) = { row in
        (try row.next(UUID.self), try Figures(row: &row))
    }

    /// What lines, teams, topics and dispositions are called.
    func labels(_ group: FigureGroup, _ ids: [UUID]) async throws -> [UUID: String] {
        let statement: SQL
        switch group {
        case .agent: return [:]
        case .disposition:
            statement =
                "SELECT id, name FROM call_dispositions WHERE tenant_id = \(tenant) AND id = ANY (\(ids)::uuid[])"
        case .line, .team, .topic:
            statement =
                """
                SELECT id, value FROM call_labels
                WHERE tenant_id = \(tenant) AND kind = \(group.rawValue) AND id = ANY (\(ids)::uuid[])
                """
        }
        let found = try await rows.query(statement) { row in (try row.next(UUID.self), try row.next(String.self)) }
        return Dictionary(found) { first, _ in first }
    }

    /// The id of a line, a team or a topic by its name; nil when no call has had it.
    func label(_ group: FigureGroup, _ value: String) async throws -> UUID? {
        try await rows.value(
            """
            SELECT id FROM call_labels WHERE tenant_id = \(tenant) AND kind = \(group.rawValue) AND value = \(value)
            """, as: UUID.self)
    }

    /// By weekday and hour where the tenant is, each with the query that leads to its calls.
    func hours(
        of key: FigureKey, in span: FigureSpan, zone: TimeZoneName,
        query: @escaping @Sendable (_ weekday: Int, _ hour: Int) -> String
    ) async throws -> [CallsAPI.BusyHours.Hour] {
        try await rows.query(
            """
            SELECT extract(isodow FROM bucket_at AT TIME ZONE \(zone.name))::bigint AS weekday,
                extract(hour FROM bucket_at AT TIME ZONE \(zone.name))::bigint AS hour,
                sum(calls)::bigint, sum(answered)::bigint, sum(missed)::bigint
            FROM call_figures WHERE tenant_id = \(tenant) AND kind = \(key.kind) AND key = \(key.id)
              AND bucket_at >= \(span.begin) AND bucket_at < \(span.end)
            GROUP BY weekday, hour ORDER BY weekday, hour
            """
        ) { row in
            let (weekday, hour) = (try row.next(Int.self), try row.next(Int.self))
            return CallsAPI.BusyHours.Hour(
                weekday: weekday, hour: hour, calls: try row.next(Int.self), answered: try row.next(Int.self),
                missed: try row.next(Int.self), query: query(weekday, hour))
        }
    }
}
