/// Why a WebSocket ends (RFC 6455, 7.4).
package struct WebSocketCloseCode: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt16

    /// A code of any number, which may be one that must not be sent.
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package var description: String { String(rawValue) }

    /// What was to be done is done.
    package static let normal = WebSocketCloseCode(rawValue: 1000)
    /// The server stops, or the page is left.
    package static let goingAway = WebSocketCloseCode(rawValue: 1001)
    package static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// A message of a kind that this end does not take.
    package static let unsupported = WebSocketCloseCode(rawValue: 1003)
    /// A text that is not UTF-8.
    package static let invalidText = WebSocketCloseCode(rawValue: 1007)
    package static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    package static let messageTooLarge = WebSocketCloseCode(rawValue: 1009)
    package static let internalError = WebSocketCloseCode(rawValue: 1011)
    /// Come back in a while.
    package static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)

    /// Whether it may stand in a frame: the registered ones, and those of libraries and applications.
    package var isSendable: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// What one end sends the other.
package enum WebSocketMessage: Sendable, Equatable {
    case text(String)
    case binary([UInt8])
}
