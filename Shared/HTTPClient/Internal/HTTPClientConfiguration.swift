/// The bounds of one internal client.
package struct HTTPClientConfiguration: Sendable {
    /// Connections to one endpoint, busy and idle.
    package var maximumConnections = 512
    /// As many: a burst, such as the streams of an HTTP/2 connection, would close and make the rest again each time.
    package var maximumIdleConnections = 512
    /// Requests that wait for a connection to one endpoint.
    package var maximumWaiting = 1024
    package var connectDeadline: Duration = .seconds(2)
    /// Shorter than the 60 s after which our servers close: the side that closes first is the one that knows.
    package var idleConnectionDeadline: Duration = .seconds(30)
    /// How long a body may stand still, in either direction, while it is the service's turn.
    package var bodyIdleDeadline: Duration = .seconds(60)
    /// How long the addresses of a host name are used.
    package var nameLifetime: Duration = .seconds(10)

    package init() {}
}
