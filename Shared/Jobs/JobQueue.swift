package import FoundationEssentials
import JSON
package import Models
package import Postgres
import Telemetry

/// Enqueues jobs in the transaction that makes them necessary: both are committed, or neither.
package struct JobQueue: Sendable {
    /// The channel on which runners are woken, with the kind as the message.
    static let channel = "jobs"

    private let transaction: Transaction

    /// The queue of the transaction's tenant.
    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Writes a job down, to be run as soon as the transaction has committed or `delay` after that.
    @discardableResult
    package func enqueue<Work: Job>(
        _ job: Work, subject: UUID? = nil, delay: Duration = .zero
    ) async throws -> JobID {
        guard let tenant = transaction.tenant else { preconditionFailure("a job belongs to a tenant") }
        let id = JobID.make()
        let payload = try JSONText(encoding: job)
        try await transaction.execute(
            """
            WITH job AS (
                INSERT INTO jobs (tenant_id, id, kind, subject_id, run_at, traceparent)
                VALUES (\(tenant), \(id), \(Work.kind), \(subject), now() + \(delay),
                    \(TraceContext.current?.traceparent))
                RETURNING tenant_id, id
            )
            INSERT INTO job_payloads (tenant_id, job_id, payload) SELECT tenant_id, id, \(payload) FROM job
            """)
        if delay <= .zero { transaction.notify(Self.channel, Work.kind) }
        return id
    }

    /// Writes a job about a thing down that is to see what this and other transactions of the next moment write; once for all of them.
    ///
    /// A job that waits already serves as well: it is held until the transaction has ended, so that it can only be taken
    /// afterwards. One that is due at once does not, for it would be passed over while it is held.
    package func gather<Work: Job>(_ job: Work, about subject: some EntityID, for time: Duration) async throws {
        guard let tenant = transaction.tenant else { preconditionFailure("a job belongs to a tenant") }
        let isNew = try await transaction.value(
            """
            WITH known AS (
                SELECT id FROM jobs WHERE tenant_id = \(tenant) AND subject_id = \(subject.uuid) AND kind = \(Work.kind)
                    AND state = 'waiting' AND run_at BETWEEN now() + \(time / 3) AND now() + \(time)
                LIMIT 1 FOR KEY SHARE SKIP LOCKED
            ), job AS (
                INSERT INTO jobs (tenant_id, id, kind, subject_id, run_at, traceparent)
                SELECT \(tenant), \(JobID.make()), \(Work.kind), \(subject.uuid), now() + \(time),
                    \(TraceContext.current?.traceparent)
                WHERE NOT EXISTS (SELECT FROM known)
                RETURNING tenant_id, id
            ), written AS (
                INSERT INTO job_payloads (tenant_id, job_id, payload)
                SELECT tenant_id, id, \(try JSONText(encoding: job)) FROM job
            )
            SELECT EXISTS (SELECT FROM job)
            """, as: Bool.self)
        if isNew == true { transaction.notify(Self.channel, JobWake(kind: Work.kind, after: time).message) }
    }

    /// Writes a job about a thing down.
    @discardableResult
    package func enqueue<Work: Job>(
        _ job: Work, about subject: some EntityID, delay: Duration = .zero
    ) async throws -> JobID {
        try await enqueue(job, subject: subject.uuid, delay: delay)
    }
}
