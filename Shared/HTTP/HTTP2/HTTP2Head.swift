import IO

/// A request's head as it comes out of HPACK, judged by RFC 9113, 8.2 and 8.3 and put into the form of HTTP/1.1.
///
/// A request that gets through obeys the rules of `RequestParser`, so that it means the same when it is forwarded. Its
/// memory is used for one head after the other, and it is reached by a pointer: fields of a class would be checked for
/// exclusive access at each of the many steps.
struct HTTP2Head {
    enum Outcome {
        case request
        /// Malformed (RFC 9113, 8.1.1): the stream is reset.
        case malformed
        /// Understood, and answered with this status.
        case refused(Int)
    }

    /// More than this and the client is not asking for anything: HPACK turns a byte into four thousand.
    private static let worthReading = 1 << 20

    private(set) var bytes: [UInt8] = []
    private(set) var fields: [HTTPHeaders.Field] = []
    private var method: Range<Int>?
    private var scheme: Range<Int>?
    private var path: Range<Int>?
    private var authority: Range<Int>?
    private var `protocol`: Range<Int>?
    private var host: Range<Int>?
    private var cookies: [Range<Int>] = []
    private(set) var contentLength: Int64?
    private(set) var expectsContinue = false
    private var size = 0
    private var isTrailer = false
    private var hasRegularField = false
    private var isMalformed = false
    private var isTooLarge = false
    private var hasUnknownExpectation = false
    private var limits = HTTPLimits()

    mutating func begin(isTrailer: Bool, limits: HTTPLimits) {
        // Kept small: what one large head took is not held for ever.
        bytes.removeAll(keepingCapacity: bytes.capacity <= 4096)
        bytes.reserveCapacity(512)
        fields = []
        if !isTrailer { fields.reserveCapacity(12) }
        method = nil
        scheme = nil
        path = nil
        authority = nil
        self.protocol = nil
        host = nil
        cookies.removeAll()
        contentLength = nil
        expectsContinue = false
        size = 0
        self.isTrailer = isTrailer
        hasRegularField = false
        isMalformed = false
        isTooLarge = false
        hasUnknownExpectation = false
        self.limits = limits
    }

    /// Takes a field; false when the list has become too long even to be read and thrown away.
    mutating func take(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        // RFC 9113, 6.5.2: the size of a list has 32 bytes for each field.
        size += name.count + value.count + 32
        guard !isMalformed else { return size <= Self.worthReading }
        guard let first = name.first, Self.isClean(value) else {
            isMalformed = true
            return true
        }
        guard size <= (isTrailer ? limits.trailers : limits.head), fields.count + cookies.count < limits.fields else {
            isTooLarge = true
            return size <= Self.worthReading
        }
        if first == 0x3a {
            takePseudo(name, value)
        } else {
            hasRegularField = true
            takeRegular(name, value)
        }
        return true
    }

    /// RFC 9113, 8.2.1, and no control character, as in HTTP/1.1 here.
    private static func isClean(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = value.first, let last = value.last else { return true }
        return !ByteClass.isBlank(first) && !ByteClass.isBlank(last)
            && ByteClass.areFieldValue(UnsafeRawBufferPointer(value))
    }

    private func look<Result>(_ body: (Span<UInt8>) -> Result) -> Result { body(bytes.span) }

    private mutating func append(_ value: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: value)
        return start..<bytes.count
    }

    private mutating func takePseudo(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        guard !isTrailer, !hasRegularField else { return isMalformed = true }
        if name.isWord(":method") {
            isMalformed = method != nil
            method = append(value)
        } else if name.isWord(":path") {
            isMalformed = path != nil
            path = append(value)
        } else if name.isWord(":scheme") {
            isMalformed = scheme != nil
            scheme = append(value)
        } else if name.isWord(":authority") {
            isMalformed = authority != nil
            authority = append(value)
        } else if name.isWord(":protocol") {
            isMalformed = self.protocol != nil
            self.protocol = append(value)
        } else {
            isMalformed = true
        }
    }

    private mutating func takeRegular(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        for byte in name where !ByteClass.isToken(byte) || byte &- 0x41 < 26 { return isMalformed = true }
        if isTrailer {
            // They are judged and left out, as those behind a chunked body.
            isMalformed = Self.isOfConnection(name) || name.isAny(of: ChunkedDecoder.forbiddenTrailers)
            return
        }
        switch name.count {
        case 2, 7, 10, 16, 17:
            if Self.isOfConnection(name), !(name.isWord("te") && value.isWord("trailers")) {
                return isMalformed = true
            }
        case 4 where name.isWord("host"):
            guard host == nil else { return isMalformed = true }
            host = append(value)
            return
        case 6 where name.isWord("cookie"):
            cookies.append(append(value))
            return
        case 6 where name.isWord("expect"):
            guard value.isWordInAnyCase("100-continue") else { return hasUnknownExpectation = true }
            expectsContinue = true
        case 14 where name.isWord("content-length"):
            guard contentLength == nil, let length = value.decimal() else { return isMalformed = true }
            contentLength = length
        default: break
        }
        addField(append(name), append(value))
    }

    /// RFC 9113, 8.2.2.
    private static func isOfConnection(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        switch name.count {
        case 2: name.isWord("te")
        case 7: name.isWord("upgrade")
        case 10: name.isWord("connection") || name.isWord("keep-alive")
        case 16: name.isWord("proxy-connection")
        case 17: name.isWord("transfer-encoding")
        default: false
        }
    }

    private mutating func addField(_ name: Range<Int>, _ value: Range<Int>) {
        guard name.count <= Int(UInt16.max) else { return isTooLarge = true }
        fields.append(
            HTTPHeaders.Field(
                nameStart: UInt32(truncatingIfNeeded: name.lowerBound),
                valueStart: UInt32(truncatingIfNeeded: value.lowerBound),
                valueLength: UInt32(truncatingIfNeeded: value.count), nameLength: UInt16(truncatingIfNeeded: name.count)
            ))
    }

    // The whole.

    /// Judges the whole; `endsStream` says that no body follows.
    mutating func finish(endsStream: Bool) -> Outcome {
        guard !isMalformed else { return .malformed }
        // A trailer section ends the message (RFC 9113, 8.1).
        if isTrailer { return endsStream && !isTooLarge ? .request : .malformed }
        guard !isTooLarge else { return .refused(431) }
        guard let method, !method.isEmpty, bytes[method].allSatisfy(ByteClass.isToken) else { return .malformed }
        if let contentLength, endsStream, contentLength > 0 { return .malformed }
        if isConnect { return finishConnect() }
        guard self.protocol == nil else { return .malformed }
        return finishTarget()
    }

    private var isConnect: Bool {
        guard let method else { return false }
        return look { $0.isExactly(method, "CONNECT") }
    }

    /// RFC 9113, 8.5 and RFC 8441, 4: a tunnel is not offered, a WebSocket is.
    private mutating func finishConnect() -> Outcome {
        guard let protocolName = self.protocol else {
            guard scheme == nil, path == nil, authority?.isEmpty == false else { return .malformed }
            return .refused(501)
        }
        guard contentLength == nil else { return .malformed }
        let outcome = finishTarget()
        guard case .request = outcome else { return outcome }
        return look { $0.equals(protocolName, "websocket") } ? .request : .refused(501)
    }

    private mutating func finishTarget() -> Outcome {
        guard let scheme, let path, !path.isEmpty else { return .malformed }
        guard look({ $0.equals(scheme, "https") || $0.equals(scheme, "http") }) else {
            return Self.isScheme(bytes[scheme]) ? .refused(400) : .malformed
        }
        guard path.count <= limits.target else { return .refused(414) }
        let isStar = path.count == 1 && bytes[path.lowerBound] == 0x2a
        guard bytes[path.lowerBound] == 0x2f || isStar else { return .malformed }
        guard let method = namedMethod ?? (isConnect ? .get : nil) else { return .refused(501) }
        // The path is neither of the absolute form nor has it a fragment.
        guard look({ TargetForm.parse($0, path, method: method) }) != nil else {
            return isStar ? .malformed : .refused(400)
        }
        return finishHost()
    }

    private static func isScheme(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, ByteClass.lowercase(first) &- 0x61 < 26 else { return false }
        return text.allSatisfy {
            ByteClass.lowercase($0) &- 0x61 < 26 || ByteClass.isDigit($0) || [0x2b, 0x2d, 0x2e].contains($0)
        }
    }

    /// Exactly one host, whichever field names it (RFC 9113, 8.3.1).
    private mutating func finishHost() -> Outcome {
        if let authority, let host, !look({ TargetForm.equal($0, authority, host) }) { return .malformed }
        guard let named = authority ?? host, look({ TargetForm.isHost($0, named) }) else { return .refused(400) }
        guard !hasUnknownExpectation else { return .refused(417) }
        let name = bytes.count
        bytes.append(contentsOf: "host".utf8)
        addField(name..<name + 4, named)
        joinCookies()
        return .request
    }

    /// RFC 9113, 8.2.3: a cookie may come in crumbs, and HTTP/1.1 has one field.
    private mutating func joinCookies() {
        guard let first = cookies.first else { return }
        let name = bytes.count
        bytes.append(contentsOf: "cookie".utf8)
        guard cookies.count > 1 else { return addField(name..<name + 6, first) }
        let start = bytes.count
        for cookie in cookies {
            if bytes.count > start { bytes.append(contentsOf: [0x3b, 0x20]) }
            bytes.append(contentsOf: Array(bytes[cookie]))
        }
        addField(name..<name + 6, start..<bytes.count)
    }

    /// The method, when it is one that is served.
    private var namedMethod: HTTPMethod? {
        guard let method else { return nil }
        return look { RequestParser.method($0, method) }
    }

    /// The request; to be asked for once, after `finish` said so.
    mutating func takeRequest(body: HTTPBody, remote: SocketAddress) -> HTTPRequest? {
        let method = namedMethod ?? .get
        guard let path, let parts = look({ TargetForm.parse($0, path, method: method) }) else { return nil }
        var taken: [HTTPHeaders.Field] = []
        swap(&taken, &fields)
        var request = HTTPRequest(
            method: method, target: String(decoding: bytes[path], as: UTF8.self),
            pathStart: parts.path.lowerBound - path.lowerBound, pathEnd: parts.path.upperBound - path.lowerBound,
            headers: HTTPHeaders(bytes: Array(bytes[...]), fields: taken), body: body, remote: remote)
        request.isHTTP2 = true
        if isConnect { request.upgrade = "websocket" }
        return request
    }
}
