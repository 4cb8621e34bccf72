/// A parsed response head.
package struct HTTPResponseHead: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var framing: HTTPBodyFraming
    /// Whether the connection can carry another request once the body has been read.
    package var keepsAlive: Bool

    /// Whether another head follows for the same request; 101 is final.
    package var isInterim: Bool { status < 200 && status != 101 }
}

/// Reads response heads with the rigour of `RequestParser`; how the body ends depends on the request's method.
package struct ResponseParser {
    /// What came of the bytes so far.
    package enum Step {
        case needMore
        /// A complete head of so many bytes.
        case head(HTTPResponseHead, length: Int)
        case refused(HTTPRefusal)
    }

    private let isHead: Bool
    private var scanner: HeadScanner
    private var status: Int?
    private var isVersion11 = false
    private var framing = FramingFields()

    /// A parser of the answers to one request.
    package init(requestMethod: HTTPMethod, limits: HTTPLimits = HTTPLimits()) {
        isHead = requestMethod == .head
        scanner = HeadScanner(limit: limits.head, fields: limits.fields)
    }

    /// Goes on with a head of which `bytes` holds all that has arrived.
    ///
    /// After an interim head pass what follows it.
    package mutating func parse(_ bytes: Span<UInt8>) -> Step {
        while true {
            switch scanner.nextLine(bytes) {
            case .needMore: return .needMore
            case .refused(let refusal): return .refused(refusal)
            case .line(let line):
                if status == nil {
                    guard parseStatus(bytes, line) else { return .refused(.malformed) }
                } else if line.isEmpty {
                    return finish(bytes)
                } else {
                    switch scanner.field(bytes, line) {
                    case .failure(let refusal): return .refused(refusal)
                    case .success(let field):
                        guard framing.take(bytes, field) else { return .refused(.malformed) }
                    }
                }
            }
        }
    }

    private mutating func parseStatus(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
        let start = line.lowerBound
        guard line.count >= 12, bytes[start + 8] == 0x20, line.count == 12 || bytes[start + 12] == 0x20,
            let code = bytes.decimal(start + 9..<start + 12), (100..<600).contains(code),
            case .success(let isVersion11) = RequestParser.version(bytes, start..<start + 8)
        else { return false }
        for at in start + 12..<line.upperBound where !ByteClass.isFieldValue(bytes[at]) { return false }
        self.isVersion11 = isVersion11
        status = Int(code)
        return true
    }

    private mutating func finish(_ bytes: Span<UInt8>) -> Step {
        guard let status, isVersion11 || !framing.isChunked else { return .refused(.malformed) }
        let hasNoBody = HTTPStatus.isBodiless(status)
        // RFC 9112, 6.1: such a response must not be chunked; a reader that believed it would wait for chunks.
        guard !hasNoBody || status == 304 || !framing.isChunked else { return .refused(.malformed) }
        let body: HTTPBodyFraming =
            if hasNoBody || isHead {
                .none
            } else if framing.isChunked {
                .chunked
            } else if let length = framing.contentLength {
                length == 0 ? .none : .length(length)
            } else {
                .untilClose
            }
        let length = scanner.lineStart
        let head = HTTPResponseHead(
            status: status,
            headers: HTTPHeaders(
                bytes: bytes.withUnsafeBufferPointer { Array($0[..<length]) }, fields: scanner.takeFields()),
            framing: body,
            keepsAlive: framing.persists(isVersion11: isVersion11) && body != .untilClose && status != 101)
        framing = FramingFields()
        self.status = nil
        return .head(head, length: length)
    }
}
