import Jobs
import Models
import Postgres

/// Has a call written down once more, because another of its files has come.
struct TranscribeAgainJob: Job {
    static let kind = "transcribe_again"
    static let options = JobOptions(
        maxAttempts: 100, concurrency: 4, perTenant: 2, timeout: .seconds(60),
        backoff: JobBackoff(first: .seconds(10), longest: .seconds(300)))

    var callID: CallID

    static func enqueue(_ id: CallID, in transaction: Transaction) async throws {
        // Not about the call, so that a call with nothing else to do is at rest.
        try await JobQueue(transaction).enqueue(TranscribeAgainJob(callID: id))
    }

    /// Comes again while something works on the call; does nothing for one that is in the bin.
    func run(_ database: Database, in tenant: TenantID) async throws {
        let versions = VersionStore(database: database)
        let moved = try await versions.transcribeAgain(
            callID, engine: nil, language: nil, reach: .all, in: tenant)
        guard moved == nil else { return }
        let call = try await CallStore(database: database).find(callID, reach: .all, in: tenant)
        guard let call, call.deletedAt == nil, call.recording != nil else { return }
        throw JobFailure("call_is_busy", "Something works on the call.", isFinal: false)
    }
}
