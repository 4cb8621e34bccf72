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

    /// One of a call's files.
    struct FilePath: Codable, Sendable {
        var id: CallID
        var recordingID: RecordingID
    }

    /// All files of a call, in the order of time.
    func list(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.CallRecordings> {
        // Whoever sees the call sees what there is of it, though perhaps not to be heard.
        guard let call = try await calls.find(path.id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        let files = try await recordings.list(of: call.id, in: context.tenant)
        return OK(CallsAPI.CallRecordings(data: files.map(\.file)))
    }

    func play(
        _ context: RequestContext, _ path: PathID<CallID>, _ query: Query<PlayQuery>, _ request: RequestHeaders
    ) async throws -> Raw {
        try Self.check(query.value, context)
        let call = try await find(path.id, context)
        return try await play(try await file(nil, of: call, context), of: call, query.value, request, context)
    }

    func playFile(
        _ context: RequestContext, _ path: Path<FilePath>, _ query: Query<PlayQuery>, _ request: RequestHeaders
    ) async throws -> Raw {
        try Self.check(query.value, context)
        let call = try await find(path.value.id, context)
        let file = try await file(path.value.recordingID, of: call, context)
        return try await play(file, of: call, query.value, request, context)
    }

    private static func check(_ query: PlayQuery, _ context: RequestContext) throws(Failure) {
        if query.download == true, !context.has(.recordingsDownload) { throw Failure(.forbidden) }
        if query.original == true, !context.has(.recordingsUnredacted) { throw Failure(.forbidden) }
    }

    private func play(
        _ recording: Recording, of call: Call, _ query: PlayQuery, _ request: RequestHeaders,
        _ context: RequestContext
    ) async throws -> Raw {
        let isDownload = query.download ?? false
        let isOriginal = query.original ?? false
        let answer = try await playback.play(
            recording, isOriginal: isOriginal, isDownload: isDownload, to: request, in: context.tenant)
        if let heard = answer.heard, request.method != .head {
            try await listens.note(
                ListenStore.Heard(
                    userID: context.principal?.user?.userID, apiKeyID: context.apiKeyID,
                    impersonatorID: context.principal?.user?.impersonator, isDownload: isDownload,
                    isOriginal: isOriginal || recording.redaction.copy == nil,
                    fromSeconds: recording.offsetSeconds + heard.lowerBound,
                    toSeconds: recording.offsetSeconds + heard.upperBound),
                of: call.id, in: context.tenant)
        }
        if isDownload, (200..<300).contains(answer.response.status), request.method == .get {
            try await TakingEvents.publish(.recordingDownloaded, "call/\(call.id)", by: context, database)
        }
        return Raw(answer.response)
    }

    func peaks(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.Peaks> {
        try await peaks(of: try await file(nil, of: try await find(path.id, context), context), context)
    }

    func filePeaks(_ context: RequestContext, _ path: Path<FilePath>) async throws -> OK<CallsAPI.Peaks> {
        let call = try await find(path.value.id, context)
        return try await peaks(of: try await file(path.value.recordingID, of: call, context), context)
    }

    private func peaks(of recording: Recording, _ context: RequestContext) async throws -> OK<CallsAPI.Peaks> {
        let key = BlobKey(tenant: context.tenant, recording: recording.id, .peaks)
        guard let content = try await blobs.get(key, range: nil) else {
            throw Failure(.notFound, "The waveform has not been drawn yet.")
        }
        var bytes: [UInt8] = []
        while let piece = try await content.source.next() { bytes += piece }
        return OK(try JSON.decode(CallsAPI.Peaks.self, from: bytes))
    }

    /// The file of an id, or the first.
    private func file(_ id: RecordingID?, of call: Call, _ context: RequestContext) async throws -> Recording {
        let files = try await recordings.list(of: call.id, in: context.tenant)
        guard let file = files.first(where: { id == nil || $0.id == id }) else {
            throw Failure(.notFound, "The call has no such recording.")
        }
        return file
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
