import Models
import Postgres

/// Figures in time.
extension FigureStore {
    /// One step's figures.
    struct Point: Sendable {
        var startsAt: Timestamp
        var date: LocalDate
        var figures: Figures
    }

    /// What a step of a series is called by PostgreSQL, and how its beginning is found where the tenant is.
    private static func step(_ step: FigureStep, _ instant: StaticString, _ zone: TimeZoneName) -> SQL {
        let local: SQL = "(\(unescaped: instant) AT TIME ZONE \(zone.name))"
        // The hour that a clock shows twice is two steps.
        if step == .hour {
            return "date_trunc('hour', \(local)) - (\(local) - (\(unescaped: instant) AT TIME ZONE 'UTC'))"
        }
        return "(date_trunc(\(step.rawValue), \(local)) AT TIME ZONE \(zone.name)) AT TIME ZONE 'UTC'"
    }

    /// The steps in which there were calls.
    func series(_ step: FigureStep, of key: FigureKey, in span: FigureSpan, zone: TimeZoneName) async throws -> [Point]
    {
        guard step == .hour else { return try await days(step, of: key, in: span, zone: zone) }
        return try await points(
            """
            SELECT \(Self.step(step, "bucket_at", zone)) AS step, \(unescaped: FigureColumns.sums) FROM call_figures
            WHERE tenant_id = \(tenant) AND kind = \(key.kind) AND key = \(key.id)
              AND bucket_at >= \(span.begin) AND bucket_at < \(span.end) GROUP BY step
            """, span, zone)
    }

    /// Steps of days, from the UTC days.
    ///
    /// Where a step begins or ends is no midnight UTC, the buckets between there and the nearest midnight are added or taken away:
    /// a year by week where clocks are five hours off takes 364 days and 2,080 buckets instead of 35,000.
    private func days(
        _ step: FigureStep, of key: FigureKey, in span: FigureSpan, zone: TimeZoneName
    ) async throws -> [Point] {
        let (unit, of): (String, SQL) = (
            step.rawValue, "WHERE tenant_id = \(tenant) AND kind = \(key.kind) AND key = \(key.id) AND bucket_at"
        )
        let buckets: SQL = "SELECT \(unescaped: FigureColumns.names) FROM call_figures \(of)"
        let taken: SQL = "SELECT \(unescaped: FigureColumns.negated) FROM call_figures \(of)"
        return try await rows.query(
            """
            WITH edges AS MATERIALIZED (
                SELECT a, b, date_bin('1 day', a + interval '12 hours', 'epoch') AS day_a,
                    date_bin('1 day', b + interval '12 hours', 'epoch') AS day_b
                FROM (
                    SELECT greatest(s AT TIME ZONE \(zone.name), \(span.begin)) AS a,
                        least((s + ('1 ' || \(unit))::interval) AT TIME ZONE \(zone.name), \(span.end)) AS b
                    FROM generate_series(date_trunc(\(unit), \(span.fromDate)::timestamp), \(span.toDate)::timestamp,
                        ('1 ' || \(unit))::interval) AS s
                ) AS steps)
            SELECT e.a, (e.a AT TIME ZONE \(zone.name))::date, \(unescaped: FigureColumns.sums)
            FROM edges AS e CROSS JOIN LATERAL (
                SELECT \(unescaped: FigureColumns.names) FROM call_day_figures \(of) >= e.day_a AND bucket_at < e.day_b
                UNION ALL \(buckets) >= e.day_b AND bucket_at < e.b
                UNION ALL \(buckets) >= e.a AND bucket_at < e.day_a
                UNION ALL \(taken) >= e.b AND bucket_at < e.day_b
                UNION ALL \(taken) >= e.day_a AND bucket_at < e.a
            ) AS f
            GROUP BY e.a HAVING sum(f.calls) > 0 ORDER BY e.a
            """, Self.point)
    }

    /// The same of whatever calls, from their rows.
    func series(
        _ step: FigureStep, of filter: CallFilter, in span: FigureSpan, zone: TimeZoneName
    ) async throws -> [Point] {
        try await points(
            """
            SELECT \(Self.step(step, "started_at", zone)) AS step, \(unescaped: FigureColumns.counts) FROM calls
            WHERE \(CallCondition(filter, in: tenant).whole) AND started_at >= \(span.begin) AND started_at < \(span.end)
            GROUP BY step
            """, span, zone)
    }

    /// All steps of a span, with and without calls; not of hours.
    func beginnings(_ step: FigureStep, in span: FigureSpan, zone: TimeZoneName) async throws -> [Point] {
        let unit = step.rawValue
        return try await rows.query(
            """
            SELECT day, day::timestamp AT TIME ZONE \(zone.name) FROM (
                SELECT greatest(s::date, \(span.fromDate)::date) AS day FROM generate_series(
                    date_trunc(\(unit), \(span.fromDate)::timestamp), \(span.toDate)::timestamp, ('1 ' || \(unit))::interval) AS s
            ) AS steps ORDER BY day
            """
        ) { row in
            let date = try row.next(LocalDate.self)
            return Point(startsAt: try row.next(Timestamp.self), date: date, figures: Figures())
        }
    }

    private func points(_ statement: SQL, _ span: FigureSpan, _ zone: TimeZoneName) async throws -> [Point] {
        // A week or a month may begin before the span; its point begins with the span.
        try await rows.query(
            """
            SELECT greatest(p.step AT TIME ZONE 'UTC', \(span.begin)) AS at,
                (greatest(p.step AT TIME ZONE 'UTC', \(span.begin)) AT TIME ZONE \(zone.name))::date,
                \(unescaped: FigureColumns.names)
            FROM (\(statement)) AS p (step, \(unescaped: FigureColumns.names)) ORDER BY at
            """, Self.point)
    }

    private static let point: @Sendable (inout RowReader) throws -> Point = { row in
        let (startsAt, date) = (try row.next(Timestamp.self), try row.next(LocalDate.self))
        return Point(startsAt: startsAt, date: date, figures: try Figures(row: &row))
    }
}
