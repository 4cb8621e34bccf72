/// The bounds of one WebSocket.
package struct WebSocketConfiguration: Sendable {
    /// The largest message that is taken, in bytes.
    package var largestMessage = 1 << 20
    /// How many bytes may wait for a slow client before it is dropped.
    package var mostQueued = 1 << 20
    /// How many bytes may wait before nothing more is read from the client.
    package var queueHighWater = 65_536
    /// How long nothing may come from the client before it is sent a ping; as long again and it is given up.
    package var heartbeat = Duration.seconds(30)
    /// How long the client may take to answer a close.
    package var closeTimeout = Duration.seconds(5)
    /// The subprotocols that this end speaks, the best first.
    package var protocols: [String] = []

    package init() {}
}

/// Why a WebSocket ended other than by a close.
package enum WebSocketError: Error, Equatable {
    /// What came broke the rules; the client was told by this code.
    case refused(WebSocketCloseCode)
    /// The connection ended without a close.
    case connectionLost
    /// The client took too little of what was sent to it.
    case slowReader
    /// The client answered no ping.
    case silent
    /// There was a close already, so nothing can be sent.
    case closed
}
