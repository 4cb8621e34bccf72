import Jobs
import Models
import Postgres

/// Has a recording written down.
struct TranscribeCallJob: Job {
    static let kind = "transcribe_call"
    /// A day's conference takes hours; each attempt begins anew.
    static let options = JobOptions(
        maxAttempts: 5, concurrency: 4, perTenant: 2, timeout: .seconds(5 * 3_600),
        backoff: JobBackoff(first: .seconds(10)))

    var callID: CallID

    static func enqueue(_ id: CallID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(TranscribeCallJob(callID: id), about: id)
    }
}
