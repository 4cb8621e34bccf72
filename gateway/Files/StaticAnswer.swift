import Glibc
import HTTP
import IO
import Models

/// Turns a file into the answer to a request: conditions, ranges, codings and how long it may be kept.
enum StaticAnswer {
    /// A page and what it names by a plain name are asked for again each time, which costs a 304.
    private static let fresh = "no-cache"
    private static let forever = "public, max-age=31536000, immutable"
    private static let pieceSize: Int64 = 262_144

    /// `life` is how long a file may be kept whose name does not change with its content.
    static func make(_ file: StaticFile, for request: HTTPRequest, life: String? = nil) async throws -> HTTPResponse {
        let size = file.stamp.size
        // A range is one of the plain form: its parts can be put together whatever the client asks for next.
        let isRange = request.headers.contains("range")
        let coding =
            isRange || file.coded.isEmpty
            ? nil : ContentCoding.preferred(by: request.headers, of: Array(file.coded.keys))
        let tag = file.tag(coding)
        var headers: HTTPHeaders = ["Content-Type": file.contentType, "ETag": tag]
        headers.add("Cache-Control", file.isFingerprinted ? forever : file.isPage ? fresh : life ?? fresh)
        if !file.coded.isEmpty { headers.add("Vary", "Accept-Encoding") }
        if matches(request.headers.all(named: "if-none-match"), tag) {
            headers.remove("Content-Type")
            return HTTPResponse(status: 304, headers: headers)
        }
        if let coding, let bytes = file.coded[coding] {
            headers.add("Content-Encoding", coding.rawValue)
            return answer(200, headers, .bytes(bytes), length: Int64(bytes.count), request)
        }
        headers.add("Accept-Ranges", "bytes")
        let range = request.method == .get ? ByteRange(headers: request.headers, length: size, etag: tag) : .whole
        if let part = range.contentRange(of: size) { headers.add("Content-Range", part) }
        if range == .unsatisfiable { return HTTPResponse(status: 416, headers: headers) }
        let bytes = range.bytes(of: size)
        return answer(
            range.status, headers, try await body(file, bytes), length: bytes.upperBound - bytes.lowerBound, request)
    }

    private static func answer(
        _ status: Int, _ headers: HTTPHeaders, _ body: HTTPResponse.Body, length: Int64, _ request: HTTPRequest
    ) -> HTTPResponse {
        guard request.method == .head else { return HTTPResponse(status: status, headers: headers, body: body) }
        var headers = headers
        headers.add("Content-Length", "\(length)")
        return HTTPResponse(status: status, headers: headers)
    }

    /// Whether a client has this form (RFC 9110, 13.1.2; the comparison is the weak one).
    private static func matches(_ values: [String], _ tag: String) -> Bool {
        values.contains { value in
            value == "*"
                || value.split(separator: ",").contains { element in
                    var element = element.drop { $0 == " " || $0 == "\t" }
                    while element.last == " " || element.last == "\t" { element.removeLast() }
                    if element.hasPrefix("W/") { element = element.dropFirst(2) }
                    return element == tag
                }
        }
    }

    private static func body(_ file: StaticFile, _ range: Range<Int64>) async throws -> HTTPResponse.Body {
        switch file.content {
        case .held(let bytes):
            if range.count == bytes.count { return bytes.isEmpty ? .empty : .bytes(bytes) }
            return .bytes(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
        case .onDisk(let path):
            let stamp = file.stamp
            let opened = try await WorkerPool.files.run { OpenFile(path) }
            // Another file than the tag is of: the next look at the folder finds it.
            guard let opened, opened.stamp == stamp else {
                throw Failure(.unavailable, headers: [("Retry-After", "2")])
            }
            return .stream(length: Int64(range.count)) { writer in
                var offset = range.lowerBound
                while offset < range.upperBound {
                    let (start, wanted) = (offset, Int(min(pieceSize, range.upperBound - offset)))
                    let piece = try await WorkerPool.files.run { try opened.read(at: start, atMost: wanted) }
                    guard piece.count == wanted else { throw IOError("read", code: -EIO) }
                    try await writer.write(piece)
                    offset += Int64(wanted)
                }
            }
        }
    }
}
