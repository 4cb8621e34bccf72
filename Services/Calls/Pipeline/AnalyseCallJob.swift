import Jobs
import Models
import Postgres

/// Has a transcript analysed.
struct AnalyseCallJob: Job {
    static let kind = "analyse_call"
    static let options = JobOptions(
        maxAttempts: 6, concurrency: 4, perTenant: 2, timeout: .seconds(1_800),
        backoff: JobBackoff(first: .seconds(5)))

    var callID: CallID

    static func enqueue(_ id: CallID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(AnalyseCallJob(callID: id), about: id)
    }
}
