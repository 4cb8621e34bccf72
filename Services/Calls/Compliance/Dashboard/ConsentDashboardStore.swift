import Models
import Postgres

/// The figures of the dashboard, in one round trip.
enum ConsentDashboardStore {
    static func read(
        from first: LocalDate, to last: LocalDate, zone: TimeZoneName, in tenant: TenantID, _ database: TenantDatabase
    ) async throws -> CallsAPI.ConsentDashboard {
        let start: SQL = "\(first)::timestamp AT TIME ZONE \(zone.name)"
        let end: SQL = "\(last.adding(days: 1))::timestamp AT TIME ZONE \(zone.name)"
        let results = try await database.batch([
            """
            SELECT type,
                count(*) FILTER (WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())),
                count(*) FILTER (WHERE revoked_at IS NOT NULL),
                count(*) FILTER (WHERE revoked_at IS NULL AND expires_at <= now())
            FROM consents WHERE tenant_id = \(tenant) GROUP BY type ORDER BY type
            """,
            """
            SELECT revoked_by, count(*) FROM consents
            WHERE tenant_id = \(tenant) AND revoked_at >= \(start) AND revoked_at < \(end)
            GROUP BY revoked_by ORDER BY count(*) DESC, revoked_by
            """,
            """
            SELECT reason, count(*) FROM contact_decisions
            WHERE tenant_id = \(tenant) AND at >= \(start) AND at < \(end) AND outcome <> 'allowed'
            GROUP BY reason ORDER BY count(*) DESC, reason
            """,
            """
            SELECT d.day::date, count(c.outcome) FILTER (WHERE c.outcome = 'allowed'),
                count(c.outcome) FILTER (WHERE c.outcome = 'refused'),
                count(c.outcome) FILTER (WHERE c.outcome = 'deferred')
            FROM generate_series(\(first)::timestamp, \(last)::timestamp, interval '1 day') AS d (day)
            LEFT JOIN (
                SELECT (at AT TIME ZONE \(zone.name))::date AS day, outcome FROM contact_decisions
                WHERE tenant_id = \(tenant) AND at >= \(start) AND at < \(end)
            ) AS c ON c.day = d.day::date
            GROUP BY d.day ORDER BY d.day
            """,
            "SELECT count(*) FROM do_not_call WHERE tenant_id = \(tenant) AND (expires_at IS NULL OR expires_at > now())",
            "SELECT platform_do_not_call_size()",
            """
            SELECT sum(amount)::bigint, min(currency) FROM contact_spend WHERE tenant_id = \(tenant)
              AND spent_at >= date_trunc('day', now() AT TIME ZONE \(zone.name)) AT TIME ZONE \(zone.name)
            """,
            "SELECT document->'stopped' = 'true'::jsonb FROM contact_policies WHERE tenant_id = \(tenant)",
        ])
        return CallsAPI.ConsentDashboard(
            fromDate: first, toDate: last,
            consents: try results[0].map { row in
                .init(
                    type: try row.next(String.self), granted: try row.next(Int.self), revoked: try row.next(Int.self),
                    expired: try row.next(Int.self))
            }, doNotCall: try results[4].first { row in try row.next(Int.self) } ?? 0,
            platformDoNotCall: try results[5].first { row in try row.next(Int.self) } ?? 0,
            revocations: try results[1].map { row in
                .init(method: try row.next(String.self), count: try row.next(Int.self))
            },
            refusals: try results[2].map { row in
                .init(reason: try row.next(String.self), count: try row.next(Int.self))
            },
            days: try results[3].map { row in
                .init(
                    day: try row.next(LocalDate.self), allowed: try row.next(Int.self), refused: try row.next(Int.self),
                    deferred: try row.next(Int.self))
            }, spentToday: try spent(results[6]),
            stopped: try results[7].first { row in try row.next(Bool?.self) ?? false } ?? false)
    }

    private static func spent(_ result: PostgresResult) throws -> Money? {
        let row = try result.first { row in (try row.next(Int64?.self), try row.next(String?.self)) }
        guard let row, let amount = row.0, let currency = row.1 else { return nil }
        return Money(amount: amount / 10_000, currency: currency)
    }
}
