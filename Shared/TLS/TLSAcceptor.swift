package import IO

/// Puts TLS on the connections that one loop accepts.
///
/// Confined to its loop, hence `@unchecked Sendable`.
package final class TLSAcceptor: @unchecked Sendable {
    let server: TLSServer
    let buffers = LoopBuffers()
    let meters: HandshakeMeters

    package init(_ server: TLSServer) {
        self.server = server
        meters = server.meters
    }

    /// Makes a connection that was just accepted a TLS connection; before its first read.
    package func secure(_ connection: TCPConnection) {
        guard let filter = TLSConnection(self) else { return connection.close() }
        connection.filter = filter
    }
}
