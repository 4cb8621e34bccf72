import IO
import Jobs
import Models
import Postgres
import Telemetry

/// Recodes recordings that are older than their tenants want them whole, every night some.
struct RecodeRecordingsJob: Job {
    static let kind = "recode_recordings"
    static let options = JobOptions(
        maxAttempts: 2, concurrency: 1, perTenant: 1, timeout: .seconds(6 * 3_600))
}

/// What tenants' settings say of smaller recordings, done.
struct RecordingRecoding: Sendable {
    /// Of one tenant in one night, so that every tenant has its turn.
    private static let bound = 500

    let database: Database
    let workshop: RecordingWorkshop
    let knowledge: any TenantKnowledge
    let logger: Logger

    func run(loop: EventLoop, now: Timestamp = .now()) async throws {
        for tenant in try await RetentionStore.tenants(in: database) {
            let days = knowledge.effectiveSettings(of: tenant)[Settings.recodeDays]
            guard days > 0 else { continue }
            let due = try await workshop.recordings.recodable(
                before: now - .seconds(86_400 * days), limit: Self.bound, in: tenant)
            var count = 0
            for recording in due {
                do {
                    if try await workshop.compact(recording, in: tenant, loop: loop) { count += 1 }
                } catch let error as EngineError where !error.isRetryable {
                    // What cannot be read stays as it is, and is not tried every night.
                    try await workshop.recordings.keepAsIs(recording.id, in: tenant)
                }
            }
            guard count > 0 else { continue }
            logger.info(
                "Recordings recoded", [.string("tenant_id", tenant.description), .int("recordings", count)])
        }
    }
}
