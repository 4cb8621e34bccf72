import Models
import Postgres

/// How much of calls a tenant uses, out of the roll-ups, so that a million calls are summed at once.
struct CallUsageStore {
    /// What counts as recent.
    private static let period = Duration.seconds(30 * 86_400)

    let rows: any SQLExecutor

    func read(in tenant: TenantID, now: Timestamp = .now()) async throws -> InternalAPI.CallUsage {
        let since = now - Self.period
        let answers = try await rows.batch([
            "SELECT coalesce(sum(calls), 0)::bigint FROM call_day_figures WHERE tenant_id = \(tenant) AND kind = 'all'",
            """
            SELECT coalesce(sum(calls), 0)::bigint, coalesce(sum(seconds), 0)::bigint FROM call_figures
            WHERE tenant_id = \(tenant) AND kind = 'all' AND bucket_at >= \(since)
            """,
            """
            SELECT count(*), coalesce(sum(bytes + coalesce(redacted_bytes, 0)), 0)::bigint FROM recordings WHERE tenant_id = \(tenant)
            """,
            """
            SELECT coalesce(sum(audio_seconds) FILTER (WHERE stage = 'transcription'), 0)::bigint,
                coalesce(sum(cost_micros), 0)::bigint
            FROM call_cost_rollups WHERE tenant_id = \(tenant) AND bucket_at >= \(since)
            """,
        ])
        let calls = try answers[0].first { row throws(PostgresError) in try row.next(Int64.self) }
        let (recent, kept, spent) = (
            try answers[1].first(Self.pair), try answers[2].first(Self.pair), try answers[3].first(Self.pair)
        )
        return InternalAPI.CallUsage(
            calls: calls ?? 0, recentCalls: recent?.0 ?? 0, recentSeconds: recent?.1 ?? 0, recordings: kept?.0 ?? 0,
            recordingBytes: kept?.1 ?? 0, recentTranscribedSeconds: spent?.0 ?? 0, recentCostMicros: spent?.1 ?? 0)
    }

    private static let pair: @Sendable (inout RowReader) throws(PostgresError) -> (Int64, Int64) = {
        row throws(PostgresError) in (try row.next(Int64.self), try row.next(Int64.self))
    }
}
