import DatabaseTestSupport
import IO
import JSON
import Models
import Postgres

@testable import Calls

/// Runs a test on a loop with an empty database of the service.
func withCalls<Success: Sendable>(
    _ body: @escaping @Sendable (Database, TestDatabase, EventLoop) async throws -> Success
) async throws -> Success {
    try await withOpenDatabase(migrations: CallsMigrations.all, service: "calls", body)
}

extension CallDraft {
    /// A finished call of today; tests change what they are about.
    static func sample(externalID: String? = nil, startedAt: Timestamp = .now() - .seconds(600)) -> CallDraft {
        CallDraft(
            externalID: externalID, origin: .live, direction: .inbound,
            from: Party(reading: "+14155550123", country: "US"), to: Party(reading: "201", country: "US"),
            status: .completed, startedAt: startedAt, endedAt: startedAt + .seconds(120), metadata: .emptyObject)
    }
}

extension CallStore {
    /// Stores a call that must be new.
    func add(_ draft: CallDraft, in tenant: TenantID) async throws -> Call {
        try await create(draft, reach: .all, in: tenant).call
    }
}

extension Recording {
    static func sample(of call: CallID) -> Recording {
        let id = RecordingID.make()
        return Recording(
            id: id, callID: call, blobKey: "\(id)/original", contentType: "audio/wav", bytes: 32_044,
            sha256: [UInt8](repeating: 7, count: 32), durationSeconds: 2, channels: 1, createdAt: .now())
    }
}

extension Transcript {
    /// A transcript of one segment for each text, of both sides in turn.
    static func sample(_ texts: String..., language: String = "en") -> Transcript {
        let segments = texts.enumerated().map { index, text in
            Segment(
                id: index, channel: index % 2, speaker: index % 2 == 0 ? .customer : .agent,
                startSeconds: Double(index), endSeconds: Double(index) + 0.9, text: text, isDoubtful: false)
        }
        return Transcript(language: language, engine: .local, model: "test", segments: segments, usage: EngineUsage())
    }
}
