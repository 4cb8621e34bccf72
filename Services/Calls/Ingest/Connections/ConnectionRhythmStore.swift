import Models
import Postgres

/// When a connection usually speaks, by the hours of the week in which it has.
struct ConnectionRhythmStore {
    let rows: any SQLExecutor
    let tenant: TenantID

    /// How many of its usual hours have gone by without a word; nil for a connection without a rhythm.
    ///
    /// Counted are whole hours since its last hook. An hour is usual when the same hour of the week had hooks in half of
    /// the weeks before.
    func silentHours(of id: ConnectionID, now: Timestamp) async throws -> Int? {
        let (weeks, half) = (Int32(ConnectionWatch.weeks), Int32(ConnectionWatch.weeks / 2))
        return try await rows.first(
            """
            WITH usual AS (
                SELECT extract(isodow FROM hour_at AT TIME ZONE 'UTC') AS day,
                    extract(hour FROM hour_at AT TIME ZONE 'UTC') AS hour
                FROM connection_hours
                WHERE tenant_id = \(tenant) AND connection_id = \(id)
                  AND hour_at >= date_trunc('hour', \(now)::timestamptz) - make_interval(weeks => \(weeks))
                GROUP BY 1, 2 HAVING count(*) >= \(half)
            ), last AS (
                SELECT last_hook_at AS at FROM connection_states
                WHERE tenant_id = \(tenant) AND connection_id = \(id) AND last_hook_at IS NOT NULL
            )
            SELECT (SELECT count(*) FROM usual), (
                SELECT count(*) FROM last, generate_series(
                    date_trunc('hour', last.at) + interval '1 hour',
                    date_trunc('hour', \(now)::timestamptz) - interval '1 hour', interval '1 hour') AS passed (at)
                JOIN usual ON usual.day = extract(isodow FROM passed.at AT TIME ZONE 'UTC')
                    AND usual.hour = extract(hour FROM passed.at AT TIME ZONE 'UTC'))
            """
        ) { row in
            let usual = try row.next(Int.self)
            let silent = try row.next(Int.self)
            return usual > 0 ? silent : nil
        } ?? nil
    }

    /// Tells once of a connection that has been silent for long enough.
    func tellSilence(of id: ConnectionID, now: Timestamp, in transaction: Transaction) async throws {
        guard let silent = try await silentHours(of: id, now: now), silent >= ConnectionWatch.patience else { return }
        let provider = try await rows.first(
            """
            UPDATE connection_states SET alert = 'silence', alerted_at = \(now), updated_at = now()
            WHERE tenant_id = \(tenant) AND connection_id = \(id) AND alert IS NULL
            RETURNING provider
            """
        ) { row in try row.next(String.self) }
        guard let provider else { return }
        try await ConnectionStateStore(rows: rows, tenant: tenant).tell(
            .connectionFailed, id, provider, "silence", in: transaction)
    }
}
