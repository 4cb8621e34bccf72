import IO
import JSON
import Models
import Postgres

/// A job that the platform enqueues again and again, at whole multiples of an interval since 1970.
struct JobSchedule: Sendable {
    let name: String
    let kind: String
    let interval: Duration
    /// How long after the whole multiple: `.seconds(3 * 3600)` of a day is 03:00 UTC.
    let offset: Duration
    let payload: JSONText

    /// Enqueues the job if it is due, and if none of it still waits.
    ///
    /// All runners try; moving the row on is one guarded statement, so one of them leads for this time.
    func enqueueIfDue(in database: Database, now: Timestamp) async throws -> Bool {
        let next = next(after: now)
        return try await database.tenant(.platform).transaction { transaction in
            let isLeader =
                try await transaction.execute(
                    """
                    INSERT INTO job_schedules AS schedule (name, next_at) VALUES (\(name), \(next))
                    ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at
                    WHERE schedule.next_at <= \(now) OR schedule.next_at > excluded.next_at
                    RETURNING 1
                    """) == 1
            guard isLeader else { return false }
            let id = JobID.make()
            try await transaction.execute(
                """
                WITH job AS (
                    INSERT INTO jobs (tenant_id, id, kind)
                    SELECT \(TenantID.platform), \(id), \(kind)
                    WHERE NOT EXISTS (
                        SELECT FROM jobs
                        WHERE tenant_id = \(TenantID.platform) AND kind = \(kind) AND state = 'waiting')
                    RETURNING tenant_id, id
                )
                INSERT INTO job_payloads (tenant_id, job_id, payload) SELECT tenant_id, id, \(payload) FROM job
                """)
            transaction.notify(JobQueue.channel, kind)
            return true
        }
    }

    /// The next whole multiple, plus the offset.
    func next(after now: Timestamp) -> Timestamp {
        let step = max(1, interval.microseconds)
        let shift = offset.microseconds
        let (quotient, remainder) = (now.microseconds - shift).quotientAndRemainder(dividingBy: step)
        let floored = remainder < 0 ? quotient - 1 : quotient
        return Timestamp(microseconds: (floored + 1) * step + shift)
    }
}

extension Duration {
    /// Whole microseconds, cut.
    fileprivate var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
