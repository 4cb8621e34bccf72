package import FoundationEssentials
package import Models
package import Postgres
import Synchronization
package import Telemetry

/// Work to be done later, as it is written into the queue; its fields are the payload.
package protocol Job: Codable, Sendable {
    /// A stable word, such as `transcribe_call`; never reused for a payload of another shape.
    static var kind: String { get }
}

/// Why a job could not be done, when the handler knows; anything else it throws is an `internal` error.
package struct JobFailure: Error, Sendable {
    /// A stable `snake_case` word for the views of the queue.
    package let code: String
    /// One sentence for people who may see the job.
    package let detail: String
    /// Whether trying again is useless.
    package var isFinal = false
    /// When to try again, instead of the kind's own pause.
    package var retryAfter: Duration?

    package init(_ code: String, _ detail: String, isFinal: Bool = false, retryAfter: Duration? = nil) {
        self.code = code
        self.detail = detail
        self.isFinal = isFinal
        self.retryAfter = retryAfter
    }
}

/// The job's lease went to another runner, so this run must have no effect.
package struct JobLeaseLost: Error, Sendable {}

/// One run of a job: whose it is and how often it was tried.
package struct JobRun: Sendable {
    package let id: JobID
    package let tenant: TenantID
    package let kind: String
    /// What the job is about, as it was enqueued.
    package let subject: UUID?
    /// 1 for the first time.
    package let attempt: Int
    /// Whether a failure of this run makes the job dead.
    package let isLastAttempt: Bool
    package let createdAt: Timestamp
    /// Carries the job's id, kind and tenant.
    package let logger: Logger
    let lease: UUID
    let completion = JobCompletion()

    /// Takes the job out of the queue in the transaction of its last effect: both are committed, or neither.
    ///
    /// Without it the job is taken out after the handler has returned, and runs again if the process dies between.
    package func finish(in transaction: Transaction) async throws {
        guard try await remove(in: transaction) else { throw JobLeaseLost() }
        let completion = self.completion
        transaction.afterCommit { completion.isFinished.store(true, ordering: .relaxed) }
    }

    /// Deletes the row if it is still this run's.
    func remove(in executor: some SQLExecutor) async throws -> Bool {
        try await executor.execute(
            """
            DELETE FROM jobs WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'running'
                AND lease_id = \(lease) AND attempts = \(attempt)
            """) == 1
    }
}

/// Whether a run has taken its job out of the queue itself.
final class JobCompletion: Sendable {
    let isFinished = Atomic(false)
}

/// How long a job that failed waits: doubled each time, up to a bound.
///
/// Pauses are scattered, so that jobs that failed together do not come back together.
package struct JobBackoff: Sendable {
    package var first: Duration
    package var longest: Duration

    package init(first: Duration = .seconds(2), longest: Duration = .seconds(900)) {
        self.first = first
        self.longest = longest
    }

    /// The pause after so many attempts, between half and all of the doubled one.
    func pause(afterAttempt attempt: Int) -> Duration {
        min(first * (1 << min(max(0, attempt - 1), 20)), longest) * Double.random(in: 0.5...1)
    }
}

/// How a kind of job is run.
package struct JobOptions: Sendable {
    /// How often it is tried before it is dead.
    package var maxAttempts: Int
    /// How many run at a time in one runner.
    package var concurrency: Int
    /// How many of one tenant run at a time in all runners together.
    package var perTenant: Int
    /// How long one run may take.
    package var timeout: Duration
    package var backoff: JobBackoff

    package init(
        maxAttempts: Int = 10, concurrency: Int = 4, perTenant: Int = 2, timeout: Duration = .seconds(300),
        backoff: JobBackoff = JobBackoff()
    ) {
        self.maxAttempts = maxAttempts
        self.concurrency = concurrency
        self.perTenant = perTenant
        self.timeout = timeout
        self.backoff = backoff
    }
}
