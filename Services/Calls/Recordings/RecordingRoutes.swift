import Auth
import BlobStore
import HTTP
import HTTPClient
import JSON
import Models
import Postgres
import Web

/// Recordings over HTTP: played in constant memory, whatever their size.
struct RecordingRoutes: Sendable {
    /// The query of a playback.
    struct PlayQuery: Codable, Sendable {
        /// To be saved as a file, which is a permission of its own.
        var download: Bool?
        /// With what was silenced, which is a permission of its own.
        var original: Bool?
    }

    private let database: Database
    private let calls: CallStore
    private let recordings: RecordingStore
    private let blobs: any BlobStore
    private let listens: ListenStore
    private let playback: RecordingPlayback

    init(database: Database, blobs: any BlobStore) {
        self.database = database
        calls = CallStore(database: database)
        recordings = RecordingStore(database: database)
        self.blobs = blobs
        listens = ListenStore(database: database)
        playback = RecordingPlayback(blobs: blobs)
    }

    func play(
        _ context: RequestContext, _ path: PathID<CallID>, _ query: Query<PlayQuery>, _ request: RequestHeaders
    ) async throws -> Raw {
        let isDownload = query.value.download ?? false
        let isOriginal = query.value.original ?? false
        if isDownload, !context.has(.recordingsDownload) { throw Failure(.forbidden) }
        if isOriginal, !context.has(.recordingsUnredacted) { throw Failure(.forbidden) }
        let call = try await find(path.id, context)
        guard let recording = try await recordings.find(of: call.id, in: context.tenant) else {
            throw Failure(.notFound, "The call has no recording.")
        }
        let answer = try await playback.play(
            recording, isOriginal: isOriginal, isDownload: isDownload, to: request, in: context.tenant)
        if let heard = answer.heard, request.method != .head {
            try await listens.note(
                ListenStore.Heard(
                    userID: context.principal?.user?.userID, apiKeyID: context.apiKeyID,
                    impersonatorID: context.principal?.user?.impersonator, isDownload: isDownload,
                    isOriginal: isOriginal || recording.redaction.copy == nil,
                    fromSeconds: heard.lowerBound, toSeconds: heard.upperBound),
                of: call.id, in: context.tenant)
        }
        if isDownload, (200..<300).contains(answer.response.status), request.method == .get {
            try await TakingEvents.publish(.recordingDownloaded, "call/\(call.id)", by: context, database)
        }
        return Raw(answer.response)
    }

    func peaks(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.Peaks> {
        let call = try await find(path.id, context)
        guard let recording = try await recordings.find(of: call.id, in: context.tenant),
            let content = try await blobs.get(
                BlobKey(tenant: context.tenant, recording: recording.id, .peaks), range: nil)
        else { throw Failure(.notFound, "The waveform has not been drawn yet.") }
        var bytes: [UInt8] = []
        while let piece = try await content.source.next() { bytes += piece }
        return OK(try JSON.decode(CallsAPI.Peaks.self, from: bytes))
    }

    private func find(_ id: CallID, _ context: RequestContext) async throws -> Call {
        guard let call = try await calls.find(id, reach: context.hearing, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return call
    }
}

extension RequestContext {
    /// Whose recordings the caller hears: of all calls that they see, but where agents hear their own alone.
    fileprivate var hearing: CallReach {
        guard let user = principal?.user, user.role == .agent, settings[Settings.listening] == .own else {
            return reach
        }
        return CallReach(agentID: user.userID)
    }

    /// The key that asks, when it is one.
    var apiKeyID: APIKeyID? {
        guard case .apiKey(let key) = principal else { return nil }
        return key.keyID
    }
}
