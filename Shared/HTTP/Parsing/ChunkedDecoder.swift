/// Decodes a chunked body (RFC 9112, 7.1), strictly, without copying its bytes.
///
/// Extensions and trailer fields are checked and left out. Trailers that would frame or route a message are refused.
package struct ChunkedDecoder {
    /// What comes next in the input.
    package enum Step: Equatable {
        /// Bytes of the body, as a range of the input; call again from its end.
        case bytes(Range<Int>)
        case needMore
        /// The body ended before this position.
        case end(Int)
        case refused
    }

    private enum State {
        case sizeStart
        case size
        case extensionName
        case extensionNameRest
        case extensionValue
        case extensionToken
        case quoted
        case quotedPair
        case afterQuoted
        case sizeLineFeed
        case data
        case dataReturn
        case dataLineFeed
        case trailerStart
        case trailer
        case trailerLineFeed
        case endLineFeed
        case ended
    }

    private let limits: HTTPLimits
    private var state = State.sizeStart
    private var remaining: UInt64 = 0
    private var digits = 0
    private var extensionBytes = 0
    private var allExtensionBytes = 0
    private var trailerBytes = 0
    /// The trailer line that is being read.
    private var line: [UInt8] = []

    package init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    /// Decodes from `start` on.
    package mutating func next(_ bytes: Span<UInt8>, from start: Int) -> Step {
        var at = start
        while at < bytes.count {
            if state == .data {
                let end = at + Int(min(UInt64(bytes.count - at), remaining))
                remaining -= UInt64(end - at)
                if remaining == 0 { state = .dataReturn }
                return .bytes(at..<end)
            }
            guard step(bytes[at]) else { return .refused }
            at += 1
            if state == .ended { return .end(at) }
        }
        return .needMore
    }

    /// Takes one byte of the framing; false when it may not stand here.
    private mutating func step(_ byte: UInt8) -> Bool {
        switch state {
        case .sizeStart, .size: return stepSize(byte)
        case .extensionName, .extensionNameRest, .extensionValue, .extensionToken, .quoted, .quotedPair, .afterQuoted:
            extensionBytes += 1
            allExtensionBytes += 1
            guard extensionBytes <= limits.chunkExtension, allExtensionBytes <= limits.allChunkExtensions else {
                return false
            }
            return stepExtension(byte)
        case .sizeLineFeed:
            extensionBytes = 0
            digits = 0
            state = remaining == 0 ? .trailerStart : .data
            return byte == 0x0a
        case .dataReturn:
            state = .dataLineFeed
            return byte == 0x0d
        case .dataLineFeed:
            state = .sizeStart
            return byte == 0x0a
        case .trailerStart, .trailer, .trailerLineFeed: return stepTrailer(byte)
        case .endLineFeed:
            state = .ended
            return byte == 0x0a
        case .data, .ended: return false
        }
    }

    private mutating func stepSize(_ byte: UInt8) -> Bool {
        if let value = ByteClass.hexValue(byte) {
            digits += 1
            // Fifteen digits stay below 2^60; more would be padding or an overflow.
            guard digits <= 15 else { return false }
            remaining = remaining << 4 | UInt64(value)
            state = .size
            return true
        }
        guard state == .size else { return false }
        return endSizeOrExtension(byte)
    }

    private mutating func endSizeOrExtension(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x0d: state = .sizeLineFeed
        case 0x3b: state = .extensionName
        default: return false
        }
        return true
    }

    /// `;name`, `;name=token`, `;name="quoted"`, without blanks.
    private mutating func stepExtension(_ byte: UInt8) -> Bool {
        switch state {
        case .extensionName:
            state = .extensionNameRest
            return ByteClass.isToken(byte)
        case .extensionNameRest:
            if ByteClass.isToken(byte) { return true }
            guard byte != 0x3d else {
                state = .extensionValue
                return true
            }
            return endSizeOrExtension(byte)
        case .extensionValue:
            state = byte == 0x22 ? .quoted : .extensionToken
            return byte == 0x22 || ByteClass.isToken(byte)
        case .extensionToken: return ByteClass.isToken(byte) || endSizeOrExtension(byte)
        case .quoted:
            if byte == 0x22 { state = .afterQuoted } else if byte == 0x5c { state = .quotedPair }
            return ByteClass.isFieldValue(byte)
        case .quotedPair:
            state = .quoted
            return ByteClass.isFieldValue(byte)
        default: return endSizeOrExtension(byte)
        }
    }

    private mutating func stepTrailer(_ byte: UInt8) -> Bool {
        trailerBytes += 1
        guard trailerBytes <= limits.trailers else { return false }
        switch state {
        case .trailerStart where byte == 0x0d: state = .endLineFeed
        case .trailerLineFeed:
            guard byte == 0x0a, isTrailerAllowed() else { return false }
            line.removeAll(keepingCapacity: true)
            state = .trailerStart
        default:
            guard byte != 0x0a else { return false }
            if byte == 0x0d { state = .trailerLineFeed } else { line.append(byte) }
            if byte != 0x0d { state = .trailer }
        }
        return true
    }

    private func isTrailerAllowed() -> Bool {
        let span = line.span
        guard let field = HeadScanner.parseField(span, 0..<line.count) else { return false }
        return !Self.forbiddenTrailers.contains { span.equals(field.name, $0) }
    }

    /// RFC 9110, 6.5.1: a trailer may not frame, route or authenticate a message that has been acted upon.
    static let forbiddenTrailers: [StaticString] = [
        "content-length", "transfer-encoding", "host", "connection", "trailer", "te", "upgrade", "expect",
        "authorization", "cookie", "set-cookie", "content-type", "content-encoding", "content-range",
    ]
}
