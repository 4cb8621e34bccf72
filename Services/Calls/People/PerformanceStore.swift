import Models
import Postgres

/// The figures of one person's calls.
struct Performance: Sendable {
    /// The days, both included, in the tenant's time zone.
    var fromDate: LocalDate
    var toDate: LocalDate
    var days: [Day] = []

    /// One day on which there were calls.
    struct Day: Sendable {
        var date: LocalDate
        var inbound: Int
        var outbound: Int
        var completed: Int
        var unanswered: Int
        var talkSeconds: Int
        /// The sum and the number of the calls that were rated.
        var quality: (sum: Int, count: Int)
        var sentiment: (sum: Double, count: Int)
    }
}

/// Counts a person's calls by days of the tenant.
struct PerformanceStore: Sendable {
    let database: Database

    /// Whether there ever was a call of the person in the tenant.
    func hasCalls(_ person: UserID, in tenant: TenantID) async throws -> Bool {
        try await database.tenant(tenant).value(
            """
            SELECT EXISTS (
                SELECT FROM calls WHERE tenant_id = \(tenant) AND agent_id = \(person) AND deleted_at IS NULL
                  AND NOT is_test)
            """) ?? false
    }

    /// The last 30 days unless dates are given; calls out of the caller's reach do not count.
    func find(
        _ person: UserID, from: LocalDate?, to: LocalDate?, timeZone: TimeZoneName, reach: CallReach,
        in tenant: TenantID
    ) async throws -> Performance? {
        let (rows, zone) = (database.tenant(tenant), timeZone.name)
        let bounds = try await rows.query(
            """
            SELECT coalesce(\(from)::date, coalesce(\(to)::date, (now() AT TIME ZONE \(zone))::date) - 29),
                   coalesce(\(to)::date, (now() AT TIME ZONE \(zone))::date)
            """
        ) { row in Performance(fromDate: try row.next(LocalDate.self), toDate: try row.next(LocalDate.self)) }
        guard var performance = bounds.first else { return nil }
        let end = performance.toDate.adding(days: 1)
        performance.days = try await rows.query(
            """
            SELECT (started_at AT TIME ZONE \(zone))::date AS day,
                   count(*) FILTER (WHERE direction = 'inbound'), count(*) FILTER (WHERE direction = 'outbound'),
                   count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'no_answer'),
                   coalesce(sum(extract(epoch FROM ended_at - coalesce(answered_at, started_at)))
                       FILTER (WHERE status = 'completed'), 0)::bigint,
                   coalesce(sum(quality_score), 0)::bigint, count(quality_score),
                   coalesce(sum(sentiment_score), 0)::double precision, count(sentiment_score)
            FROM calls
            WHERE tenant_id = \(tenant) AND agent_id = \(person) AND deleted_at IS NULL
              AND is_test = \(reach.isTest ?? false)\(reach.condition)
              AND started_at >= \(performance.fromDate)::timestamp AT TIME ZONE \(zone)
              AND started_at < \(end)::timestamp AT TIME ZONE \(zone)
            GROUP BY day ORDER BY day
            """
        ) { row in
            Performance.Day(
                date: try row.next(LocalDate.self), inbound: try row.next(Int.self), outbound: try row.next(Int.self),
                completed: try row.next(Int.self), unanswered: try row.next(Int.self),
                talkSeconds: try row.next(Int.self),
                quality: (try row.next(Int.self), try row.next(Int.self)),
                sentiment: (try row.next(Double.self), try row.next(Int.self)))
        }
        return performance
    }
}
