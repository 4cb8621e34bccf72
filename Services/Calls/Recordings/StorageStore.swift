import Models
import Postgres

/// What recordings take.
struct StorageStore: Sendable {
    /// Growth is the mean of so many days.
    private static let days: Int64 = 30

    let database: Database

    func figures(limit: Int64?, in tenant: TenantID) async throws -> CallsAPI.Storage {
        let answers = try await database.tenant(tenant).batch([
            """
            SELECT count(*), coalesce(sum(duration_seconds), 0), coalesce(sum(bytes), 0)::bigint,
                coalesce(sum(redacted_bytes), 0)::bigint,
                coalesce(sum(original_bytes - bytes) FILTER (WHERE original_bytes > bytes), 0)::bigint,
                coalesce(sum(bytes) FILTER (WHERE created_at > now() - interval '30 days'), 0)::bigint
            FROM recordings WHERE tenant_id = \(tenant)
            """,
            """
            SELECT count(*), min(stage_since) FROM calls
            WHERE tenant_id = \(tenant) AND stage IN ('recording_stored', 'transcribing') AND deleted_at IS NULL
              AND EXISTS (SELECT FROM jobs WHERE jobs.tenant_id = calls.tenant_id AND jobs.subject_id = calls.id)
            """,
        ])
        let waiting = try answers[1].first { row in
            (count: try row.next(Int.self), since: try row.next(Timestamp?.self))
        }
        let found = try answers[0].first { row in
            let (count, seconds) = (try row.next(Int.self), try row.next(Double.self))
            let (bytes, redacted) = (try row.next(Int64.self), try row.next(Int64.self))
            let (saved, recent) = (try row.next(Int64.self), try row.next(Int64.self))
            let growth = recent / Self.days
            let room = limit.map { max(0, $0 - bytes - redacted) }
            return CallsAPI.Storage(
                recordings: count, recordedSeconds: seconds, bytes: bytes, redactedBytes: redacted,
                savedBytes: saved, bytesPerDay: growth, limitBytes: limit,
                daysLeft: growth > 0 ? room.map { Int(clamping: $0 / growth) } : nil,
                waitingTranscriptions: waiting?.count ?? 0, oldestWaitingSince: waiting?.since)
        }
        guard let found else { throw Failure(.internal) }
        return found
    }
}
