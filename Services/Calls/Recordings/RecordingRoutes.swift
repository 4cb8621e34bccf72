import Auth
import BlobStore
import Crypto
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

    init(database: Database, blobs: any BlobStore) {
        self.database = database
        calls = CallStore(database: database)
        recordings = RecordingStore(database: database)
        self.blobs = blobs
        listens = ListenStore(database: database)
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
        let file = try Self.file(of: recording, isOriginal: isOriginal, in: context.tenant)
        let (answer, heard) = try await answer(with: file, of: call, isDownload: isDownload, to: request)
        if let heard, request.method != .head {
            let share = recording.durationSeconds / Double(max(1, file.bytes))
            try await listens.note(
                ListenStore.Heard(
                    userID: context.principal?.user?.userID, apiKeyID: context.apiKeyID,
                    impersonatorID: context.principal?.user?.impersonator, isDownload: isDownload,
                    isOriginal: isOriginal || recording.redaction.copy == nil,
                    fromSeconds: Double(heard.lowerBound) * share, toSeconds: Double(heard.upperBound) * share),
                of: call.id, in: context.tenant)
        }
        if isDownload, (200..<300).contains(answer.status), request.method == .get {
            try await TakingEvents.publish(.recordingDownloaded, "call/\(call.id)", by: context, database)
        }
        return Raw(answer)
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
        guard let call = try await calls.find(id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return call
    }

    /// What is played: the copy in which something is silent, where there is one.
    private struct File {
        var key: BlobKey?
        var contentType: String
        var bytes: Int64
        var sha256: [UInt8]
    }

    private static func file(
        of recording: Recording, isOriginal: Bool, in tenant: TenantID
    ) throws(Failure) -> File {
        if !isOriginal || recording.holdsPauses {
            guard !recording.redaction.isPending, !recording.holdsPauses else {
                throw Failure(
                    .unavailable, "Something in the recording is just being silenced.", headers: [("Retry-After", "5")])
            }
            if let copy = recording.redaction.copy {
                return File(
                    key: BlobKey(tenant: tenant, recording: recording.id, .redacted),
                    contentType: RecodedRecording.contentType, bytes: copy.bytes, sha256: copy.sha256)
            }
        }
        return File(
            key: BlobKey(recording.blobKey), contentType: recording.contentType, bytes: recording.bytes,
            sha256: recording.sha256)
    }

    /// The answer, and which bytes somebody gets to hear by it.
    private func answer(
        with file: File, of call: Call, isDownload: Bool, to request: RequestHeaders
    ) async throws -> (HTTPResponse, heard: Range<Int64>?) {
        let etag = "\"\(Hex.encode(file.sha256))\""
        var headers: HTTPHeaders = [
            "Accept-Ranges": "bytes", "ETag": etag, "Content-Type": file.contentType,
            "Content-Disposition": Self.disposition(of: file.contentType, call, isDownload: isDownload),
            "Cache-Control": "private, no-cache",
        ]
        if request.headers["If-None-Match"] == etag { return (HTTPResponse(status: 304, headers: headers), nil) }
        let range = ByteRange(headers: request.headers, length: file.bytes, etag: etag)
        if let part = range.contentRange(of: file.bytes) { headers.set("Content-Range", part) }
        if case .unsatisfiable = range { return (HTTPResponse(status: 416, headers: headers), nil) }
        let bytes = range.bytes(of: file.bytes)
        guard let key = file.key, let content = try await blobs.get(key, range: bytes) else {
            throw Failure(.unavailable, "The recording cannot be reached at the moment.")
        }
        let answer = HTTPResponse(
            status: range.status, headers: headers,
            body: .stream(length: Int64(bytes.count)) { writer in
                while let piece = try await content.source.next() { try await writer.write(piece) }
            })
        return (answer, bytes)
    }

    /// Names are made of the id alone, so that no header carries what somebody typed.
    private static func disposition(of contentType: String, _ call: Call, isDownload: Bool) -> String {
        let ending =
            switch contentType {
            case "audio/wav": "wav"
            case "audio/flac": "flac"
            case "audio/ogg": "ogg"
            default: "mp3"
            }
        return "\(isDownload ? "attachment" : "inline"); filename=\"call-\(call.id).\(ending)\""
    }
}

extension RequestContext {
    /// The key that asks, when it is one.
    var apiKeyID: APIKeyID? {
        guard case .apiKey(let key) = principal else { return nil }
        return key.keyID
    }
}
