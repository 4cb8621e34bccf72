/// The bounds of one outbound client.
package struct OutboundHTTPConfiguration: Sendable {
    /// Connections at once, to all hosts.
    package var maximumConnections = 100
    package var maximumConnectionsPerHost = 16
    /// Connections that are kept open for the next request.
    package var maximumIdleConnections = 32
    /// Requests at once; one more is refused with `OutboundHTTPError.tooManyRequests`.
    package var maximumRequests = 1000
    /// All header lines of one answer.
    package var maximumHeaderBytes = 65_536
    package var userAgent = "Switchboard/1"

    package init() {}
}
