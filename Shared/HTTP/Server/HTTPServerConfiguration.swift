package import IO

/// The bounds of a server; the defaults are those of the front door.
package struct HTTPServerConfiguration: Sendable {
    /// Sizes at which a head or a chunk is refused.
    package var limits = HTTPLimits()
    /// The largest request body that is taken at all; routes have smaller limits of their own.
    package var maximumBody = Int64.max
    /// From a connection's start, or a request's first byte, to the end of the head.
    package var headerTimeout = Duration.seconds(10)
    /// A body may pause this long; over each such time it must bring `bodyMinimumRate` on average.
    package var bodyIdle = Duration.seconds(30)
    /// Bytes per second.
    package var bodyMinimumRate = 1000
    /// How long a connection may wait for its next request.
    package var keepAliveIdle = Duration.seconds(60)
    /// How long a client may take no byte of a response that waits for it.
    package var writerStuck = Duration.seconds(60)
    /// How long no byte may go either way over an upgraded connection; the pings of its ends keep it open.
    package var tunnelIdle = Duration.seconds(300)
    /// On a graceful stop: how long upgraded connections go on before their handlers are told to end.
    package var tunnelGrace = Duration.seconds(2)
    /// How long the rest of a refused request is read and thrown away, so that the client can read the answer.
    package var linger = Duration.seconds(2)
    /// Connections of this server, which is one loop's; the next is answered 503.
    package var maximumConnections = 10_000
    /// What several servers count together; a connection beyond it is closed unread.
    package var connections: ConnectionLimit?
    /// Set, each connection must begin with a PROXY header of version 2, from a peer of which this is true.
    package var proxyHeaderPeers: (@Sendable (SocketAddress) -> Bool)?
    /// How often all connections are looked at for the times above.
    package var sweepInterval = Duration.seconds(1)
    /// On a graceful stop: how long a request may still begin on an idle connection.
    package var drainGrace = Duration.milliseconds(100)
    /// Whether an idle connection is told of that, as `HTTPUnread` says.
    package var tellsUnread = false

    /// The bounds of HTTP/2; nil when clients of this listener speak HTTP/1.1 only.
    package var http2: HTTP2Limits?

    package init() {}
}

extension Duration {
    var milliseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) * 1000 + UInt64(attoseconds / 1_000_000_000_000_000)
    }
}
