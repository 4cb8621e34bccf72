/// A parsed request head.
package struct HTTPRequestHead: Sendable {
    package var method: HTTPMethod
    package var target: String
    package var headers: HTTPHeaders
    package var framing: HTTPBodyFraming
    package var isVersion11: Bool
    /// Whether the client will accept another response on the connection.
    package var keepsAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool
    /// Whether the client offers to go on with WebSocket behind the answer.
    package var upgradesToWebSocket: Bool
    var pathStart: Int
    var pathEnd: Int
}

/// Reads request heads, strictly: what two readers could understand differently is refused and never repaired.
///
/// Call `parse` with all bytes since the start of the head; on `needMore` keep them and call again with more behind
/// them. After a head the caller reads the body as `framing` says and passes what follows it to the next `parse`.
/// After a refusal, and after a request that does not keep the connection, nothing more is taken.
package struct RequestParser {
    /// What came of the bytes so far.
    package enum Step {
        case needMore
        /// A complete head of so many bytes.
        case head(HTTPRequestHead, length: Int)
        case refused(HTTPRefusal)
    }

    private struct Start {
        var method: HTTPMethod
        var target: Range<Int>
        var parts: TargetForm.Parts
        var isVersion11: Bool
    }

    private let limits: HTTPLimits
    private var scanner: HeadScanner
    private var start: Start?
    private var framing = FramingFields()
    private var host: Range<Int>?
    private var expectsContinue = false
    private var skippedEmptyLine = false
    private var isClosed = false

    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
        scanner = HeadScanner(limit: limits.head, fields: limits.fields)
    }

    /// Goes on with a head of which `bytes` holds all that has arrived.
    package mutating func parse(_ bytes: Span<UInt8>) -> Step {
        guard !isClosed else { return bytes.isEmpty ? .needMore : .refused(.malformed) }
        while true {
            switch scanner.nextLine(bytes) {
            case .needMore:
                return start == nil ? checkUnfinishedStart(bytes) : .needMore
            case .refused(let refusal):
                return refuse(start == nil && refusal == .headTooLarge ? .targetTooLong : refusal)
            case .line(let line):
                if let step = take(bytes, line) { return step }
            }
        }
    }

    /// Nil to go on with the next line.
    private mutating func take(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Step? {
        guard start != nil else {
            // One empty line before a request is forgiven (RFC 9112, 2.2), for clients that end a body with CRLF.
            if line.isEmpty, !skippedEmptyLine {
                skippedEmptyLine = true
                return nil
            }
            switch parseStart(bytes, line) {
            case .success(let start): self.start = start
            case .failure(let refusal): return refuse(refusal)
            }
            return nil
        }
        guard !line.isEmpty else { return finish(bytes) }
        switch scanner.field(bytes, line) {
        case .failure(let refusal): return refuse(refusal)
        case .success(let field):
            guard framing.take(bytes, field) else { return refuse(.malformed) }
            return takeOwn(bytes, field).map { refuse($0) }
        }
    }

    /// The fields that matter in requests only.
    private mutating func takeOwn(_ bytes: Span<UInt8>, _ field: HeadScanner.FieldLine) -> HTTPRefusal? {
        if field.name.count == 4, bytes.equals(field.name, "host") {
            guard host == nil, TargetForm.isHost(bytes, field.value) else { return .malformed }
            host = field.value
        } else if field.name.count == 6, bytes.equals(field.name, "expect") {
            guard bytes.equals(field.value, "100-continue") else { return .unknownExpectation }
            expectsContinue = true
        }
        return nil
    }

    /// What is plainly not HTTP, such as a TLS hello, need not wait for the end of its line.
    private mutating func checkUnfinishedStart(_ bytes: Span<UInt8>) -> Step {
        let at = scanner.lineStart
        guard at < bytes.count, bytes[at] != 0x0d || skippedEmptyLine else { return .needMore }
        guard ByteClass.isToken(bytes[at]) else { return refuse(.malformed) }
        // The longest method, a blank, the longest target, a blank, the version.
        return bytes.count - at > limits.target + 24 ? refuse(.targetTooLong) : .needMore
    }

    private func parseStart(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Result<Start, HTTPRefusal> {
        var at = line.lowerBound
        let end = line.upperBound
        while at < end, ByteClass.isToken(bytes[at]) { at += 1 }
        let name = line.lowerBound..<at
        guard !name.isEmpty, at < end, bytes[at] == 0x20 else { return .failure(.malformed) }
        let targetStart = at + 1
        at = targetStart
        while at < end, bytes[at] != 0x20 { at += 1 }
        let target = targetStart..<at
        guard at < end else { return .failure(.malformed) }
        guard target.count <= limits.target else { return .failure(.targetTooLong) }
        let version: Bool
        switch Self.version(bytes, at + 1..<end) {
        case .success(let isVersion11): version = isVersion11
        case .failure(let refusal): return .failure(refusal)
        }
        guard let method = Self.method(bytes, name) else { return .failure(.unknownMethod) }
        guard let parts = TargetForm.parse(bytes, target, method: method) else { return .failure(.malformed) }
        return .success(Start(method: method, target: target, parts: parts, isVersion11: version))
    }

    /// Whether the version is 1.1; `HTTP/` and two single digits, in upper case, are what a version is.
    static func version(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Result<Bool, HTTPRefusal> {
        let start = range.lowerBound
        guard range.count == 8, bytes[start] == 0x48, bytes[start + 1] == 0x54, bytes[start + 2] == 0x54,
            bytes[start + 3] == 0x50, bytes[start + 4] == 0x2f, ByteClass.isDigit(bytes[start + 5]),
            bytes[start + 6] == 0x2e, ByteClass.isDigit(bytes[start + 7])
        else { return .failure(.malformed) }
        guard bytes[start + 5] == 0x31, bytes[start + 7] <= 0x31 else { return .failure(.unknownVersion) }
        return .success(bytes[start + 7] == 0x31)
    }

    static func method(_ bytes: Span<UInt8>, _ name: Range<Int>) -> HTTPMethod? {
        let method: HTTPMethod
        let word: StaticString
        switch (name.count, bytes[name.lowerBound]) {
        case (3, 0x47): (method, word) = (.get, "GET")
        case (3, 0x50): (method, word) = (.put, "PUT")
        case (4, 0x48): (method, word) = (.head, "HEAD")
        case (4, 0x50): (method, word) = (.post, "POST")
        case (5, 0x50): (method, word) = (.patch, "PATCH")
        case (6, 0x44): (method, word) = (.delete, "DELETE")
        case (7, 0x4f): (method, word) = (.options, "OPTIONS")
        default: return nil
        }
        for offset in 0..<name.count where bytes[name.lowerBound + offset] != word.utf8Start[offset] { return nil }
        return method
    }

    /// The empty line has come: checks what needs all fields.
    private mutating func finish(_ bytes: Span<UInt8>) -> Step {
        guard let start else { return refuse(.malformed) }
        // Exactly one Host, which HTTP/1.0 may do without (RFC 9112, 3.2).
        guard host != nil || !start.isVersion11 else { return refuse(.malformed) }
        if let authority = start.parts.authority {
            guard let host, TargetForm.equal(bytes, authority, host) else { return refuse(.malformed) }
        }
        // HTTP/1.0 knows no chunks: an old reader would take them for the next request.
        guard start.isVersion11 || !framing.isChunked else { return refuse(.malformed) }
        let body: HTTPBodyFraming =
            if framing.isChunked { .chunked } else if let length = framing.contentLength, length > 0 {
                .length(length)
            } else { .none }
        let length = scanner.lineStart
        let head = HTTPRequestHead(
            method: start.method, target: bytes.text(start.target),
            headers: HTTPHeaders(
                bytes: bytes.withUnsafeBufferPointer { Array($0[..<length]) }, fields: scanner.takeFields()),
            framing: body, isVersion11: start.isVersion11,
            keepsAlive: framing.persists(isVersion11: start.isVersion11),
            expectsContinue: expectsContinue && start.isVersion11 && body != .none,
            // Anything else may be offered and is not taken up (RFC 9110, 7.8): the request is an ordinary one.
            upgradesToWebSocket: framing.upgrades && framing.offersWebSocket && start.isVersion11 && body == .none
                && start.method == .get && framing.contentLength == nil,
            pathStart: start.parts.path.lowerBound - start.target.lowerBound,
            pathEnd: start.parts.path.upperBound - start.target.lowerBound)
        isClosed = !head.keepsAlive
        reset()
        return .head(head, length: length)
    }

    private mutating func refuse(_ refusal: HTTPRefusal) -> Step {
        isClosed = true
        return .refused(refusal)
    }

    private mutating func reset() {
        start = nil
        framing = FramingFields()
        host = nil
        expectsContinue = false
        skippedEmptyLine = false
    }
}
