import BlobStore
import Crypto
import HTTP
import HTTPClient
import Models
import Web

/// Answers whoever listens to a recording, whole or by ranges, in constant memory.
struct RecordingPlayback: Sendable {
    /// An answer, and the seconds that somebody gets to hear by it; nil for none.
    struct Answer: Sendable {
        var response: HTTPResponse
        var heard: ClosedRange<Double>?
    }

    let blobs: any BlobStore

    /// Plays the copy in which something is silent, where there is one, unless the original is asked for.
    func play(
        _ recording: Recording, isOriginal: Bool = false, isDownload: Bool = false, to request: RequestHeaders,
        in tenant: TenantID
    ) async throws -> Answer {
        let file = try Self.file(of: recording, isOriginal: isOriginal, in: tenant)
        let etag = "\"\(Hex.encode(file.sha256))\""
        var headers: HTTPHeaders = [
            "Accept-Ranges": "bytes", "ETag": etag, "Content-Type": file.contentType,
            "Content-Disposition": Self.disposition(of: file.contentType, recording.callID, isDownload: isDownload),
            "Cache-Control": "private, no-cache",
        ]
        if request.headers["If-None-Match"] == etag {
            return Answer(response: HTTPResponse(status: 304, headers: headers))
        }
        let range = ByteRange(headers: request.headers, length: file.bytes, etag: etag)
        if let part = range.contentRange(of: file.bytes) { headers.set("Content-Range", part) }
        if case .unsatisfiable = range { return Answer(response: HTTPResponse(status: 416, headers: headers)) }
        let bytes = range.bytes(of: file.bytes)
        guard let key = file.key, let content = try await blobs.get(key, range: bytes) else {
            throw Failure(.unavailable, "The recording cannot be reached at the moment.")
        }
        let response = HTTPResponse(
            status: range.status, headers: headers,
            body: .stream(length: Int64(bytes.count)) { writer in
                while let piece = try await content.source.next() { try await writer.write(piece) }
            })
        let second = recording.durationSeconds / Double(max(1, file.bytes))
        return Answer(
            response: response, heard: Double(bytes.lowerBound) * second...Double(bytes.upperBound) * second)
    }

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

    /// Names are made of the id alone, so that no header carries what somebody typed.
    private static func disposition(of contentType: String, _ call: CallID, isDownload: Bool) -> String {
        let ending =
            switch contentType {
            case "audio/wav": "wav"
            case "audio/flac": "flac"
            case "audio/ogg": "ogg"
            default: "mp3"
            }
        return "\(isDownload ? "attachment" : "inline"); filename=\"call-\(call).\(ending)\""
    }
}
