import BlobStore
import Jobs
import Models
import Postgres
import Telemetry

/// Removes calls, recordings and transcripts that are older than their tenants keep them.
struct RetainCallsJob: Job {
    static let kind = "retain_calls"
}

/// What tenants' settings say of how long things are kept, done.
struct Retention: Sendable {
    private static let day = Duration.seconds(86_400)

    let database: Database
    let blobs: any BlobStore
    let knowledge: any TenantKnowledge
    let logger: Logger

    func run(now: Timestamp = .now()) async throws {
        for tenant in try await RetentionStore.tenants(in: database) {
            let settings = knowledge.effectiveSettings(of: tenant)
            let store = RetentionStore(rows: database.tenant(tenant))
            var (calls, recordings, transcripts) = (0, 0, 0)
            if let instant = Self.limit(settings[Settings.callRetentionDays], now) {
                while let gone = try await store.removeCalls(before: instant) {
                    calls += gone.count
                    for case let recording? in gone { try await remove(recording, of: tenant) }
                }
            }
            if let instant = Self.limit(settings[Settings.recordingRetentionDays], now) {
                while case let gone = try await store.removeRecordings(before: instant), !gone.isEmpty {
                    recordings += gone.count
                    for case let recording? in gone { try await remove(recording, of: tenant) }
                }
            }
            if let instant = Self.limit(settings[Settings.transcriptRetentionDays], now) {
                while case let count = try await store.removeTranscripts(before: instant), count > 0 {
                    transcripts += count
                }
            }
            guard calls + recordings + transcripts > 0 else { continue }
            logger.info(
                "What is not kept any longer was removed",
                [
                    .string("tenant_id", tenant.description), .int("calls", calls), .int("recordings", recordings),
                    .int("transcripts", transcripts),
                ])
        }
    }

    /// 0 days keep a thing for ever.
    private static func limit(_ days: Int, _ now: Timestamp) -> Timestamp? { days > 0 ? now - day * days : nil }

    private func remove(_ recording: RecordingID, of tenant: TenantID) async throws {
        for variant in BlobKey.Variant.allCases {
            try await blobs.delete(BlobKey(tenant: tenant, recording: recording, variant))
        }
    }
}
