import JSON
import Jobs
import Models
import Postgres

/// Fetches a call's recording from its provider.
struct CopyRecordingJob: Job {
    static let kind = "copy_recording"
    /// Two of a tenant at a time: a slow provider delays nobody else's.
    static let options = JobOptions(
        maxAttempts: 12, concurrency: 16, perTenant: 2, timeout: .seconds(3_900),
        backoff: JobBackoff(first: .seconds(5), longest: .seconds(1_800)))

    var callID: CallID

    static func enqueue(_ id: CallID, in transaction: Transaction, delay: Duration = .zero) async throws {
        try await JobQueue(transaction).enqueue(CopyRecordingJob(callID: id), about: id, delay: delay)
    }
}
