/// How the end of a message's body is found (RFC 9112, 6).
package enum HTTPBodyFraming: Equatable, Sendable {
    case none
    case length(Int64)
    case chunked
    /// Responses only: everything up to the end of the connection.
    case untilClose
}

/// The fields that decide where a message ends and whether another may follow, gathered while the head is read.
///
/// Whatever could be understood in two ways is refused: requests are smuggled through such differences.
struct FramingFields {
    private(set) var contentLength: Int64?
    private(set) var isChunked = false
    private(set) var closes = false
    private(set) var keepsAlive = false
    private(set) var upgrades = false
    /// Whether `Upgrade` names WebSocket among the protocols that the client offers.
    private(set) var offersWebSocket = false

    /// Looks at one field; false when it makes the message ambiguous.
    mutating func take(_ bytes: Span<UInt8>, _ field: HeadScanner.FieldLine) -> Bool {
        switch field.name.count {
        case 7 where bytes.equals(field.name, "upgrade"):
            offersWebSocket = offersWebSocket || Self.namesWebSocket(bytes, field.value)
        case 10 where bytes.equals(field.name, "connection"):
            return takeConnection(bytes, field.value)
        case 14 where bytes.equals(field.name, "content-length"):
            guard contentLength == nil, let length = bytes.decimal(field.value) else { return false }
            contentLength = length
        case 17 where bytes.equals(field.name, "transfer-encoding"):
            guard !isChunked, bytes.equals(field.value, "chunked") else { return false }
            isChunked = true
        default: break
        }
        // Both at once: RFC 9112, 6.3 would let a server go on; nobody sends it in good faith.
        return !(isChunked && contentLength != nil)
    }

    /// Reads the list of options; naming a field that frames or routes the message would have a proxy remove it.
    private mutating func takeConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) -> Bool {
        var at = value.lowerBound
        while at < value.upperBound {
            let start = at
            while at < value.upperBound, ByteClass.isToken(bytes[at]) { at += 1 }
            let option = start..<at
            if bytes.equals(option, "close") {
                closes = true
            } else if bytes.equals(option, "keep-alive") {
                keepsAlive = true
            } else if bytes.equals(option, "upgrade") {
                upgrades = true
            } else if Self.neverOptions.contains(where: { bytes.equals(option, $0) }) {
                return false
            }
            while at < value.upperBound, ByteClass.isBlank(bytes[at]) { at += 1 }
            guard at < value.upperBound else { return true }
            guard bytes[at] == 0x2c else { return false }
            at += 1
            while at < value.upperBound, ByteClass.isBlank(bytes[at]) { at += 1 }
        }
        return true
    }

    /// Looks for the protocol in the list; one with a version is another.
    private static func namesWebSocket(_ bytes: Span<UInt8>, _ value: Range<Int>) -> Bool {
        var start = value.lowerBound
        while start < value.upperBound {
            var end = start
            while end < value.upperBound, bytes[end] != 0x2c { end += 1 }
            let next = end + 1
            while start < end, ByteClass.isBlank(bytes[start]) { start += 1 }
            while end > start, ByteClass.isBlank(bytes[end - 1]) { end -= 1 }
            if bytes.equals(start..<end, "websocket") { return true }
            start = next
        }
        return false
    }

    private static let neverOptions: [StaticString] = [
        "content-length", "transfer-encoding", "host", "authorization", "cookie", "content-type",
    ]

    /// Whether the connection can carry another message afterwards, by the version's default and the options.
    func persists(isVersion11: Bool) -> Bool {
        if closes { return false }
        return isVersion11 || keepsAlive
    }
}
