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
    }

    private let database: Database
    private let calls: CallStore
    private let recordings: RecordingStore
    private let blobs: any BlobStore

    init(database: Database, blobs: any BlobStore) {
        self.database = database
        calls = CallStore(database: database)
        recordings = RecordingStore(database: database)
        self.blobs = blobs
    }

    func play(
        _ context: RequestContext, _ path: PathID<CallID>, _ query: Query<PlayQuery>, _ request: RequestHeaders
    ) async throws -> Raw {
        let isDownload = query.value.download ?? false
        if isDownload, !context.has(.recordingsDownload) { throw Failure(.forbidden) }
        let call = try await find(path.id, context)
        guard let recording = try await recordings.find(of: call.id, in: context.tenant) else {
            throw Failure(.notFound, "The call has no recording.")
        }
        let answer = try await answer(with: recording, of: call, isDownload: isDownload, to: request)
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

    private func answer(
        with recording: Recording, of call: Call, isDownload: Bool, to request: RequestHeaders
    ) async throws -> HTTPResponse {
        let etag = "\"\(Hex.encode(recording.sha256))\""
        var headers: HTTPHeaders = [
            "Accept-Ranges": "bytes", "ETag": etag, "Content-Type": recording.contentType,
            "Content-Disposition": Self.disposition(of: recording, call, isDownload: isDownload),
            "Cache-Control": "private, no-cache",
        ]
        if request.headers["If-None-Match"] == etag { return HTTPResponse(status: 304, headers: headers) }
        let range = ByteRange(headers: request.headers, length: recording.bytes, etag: etag)
        if let part = range.contentRange(of: recording.bytes) { headers.set("Content-Range", part) }
        if case .unsatisfiable = range { return HTTPResponse(status: 416, headers: headers) }
        let bytes = range.bytes(of: recording.bytes)
        guard let key = BlobKey(recording.blobKey), let content = try await blobs.get(key, range: bytes) else {
            throw Failure(.unavailable, "The recording cannot be reached at the moment.")
        }
        return HTTPResponse(
            status: range.status, headers: headers,
            body: .stream(length: Int64(bytes.count)) { writer in
                while let piece = try await content.source.next() { try await writer.write(piece) }
            })
    }

    /// Names are made of the id alone, so that no header carries what somebody typed.
    private static func disposition(of recording: Recording, _ call: Call, isDownload: Bool) -> String {
        let ending =
            switch recording.contentType {
            case "audio/wav": "wav"
            case "audio/flac": "flac"
            case "audio/ogg": "ogg"
            default: "mp3"
            }
        return "\(isDownload ? "attachment" : "inline"); filename=\"call-\(call.id).\(ending)\""
    }
}
