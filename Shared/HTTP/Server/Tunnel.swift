import IO
import Telemetry

/// What goes both ways over an upgraded connection.
///
/// Confined to its loop.
final class Tunnel {
    /// What the client sends.
    let body: HTTPBody
    /// Whether this end has said that it writes nothing more.
    var hasFinished = false
    /// When a byte last came or left.
    var lastByte: UInt64

    init(body: HTTPBody, now: UInt64) {
        self.body = body
        lastByte = now
    }

    /// Whether the client has to wait for the reader.
    var isFull: Bool { !body.wantsMore }

    func deliver(_ bytes: UnsafeRawBufferPointer, at now: UInt64) {
        lastByte = now
        body.deliver(bytes)
    }
}

extension ServerConnection {
    /// Agrees to the upgrade; what the client has sent behind its request is the first that the handler reads.
    func beginTunnel(
        _ response: HTTPResponse, _ stream: @escaping @Sendable (HTTPBody, HTTPBodyWriter) async throws -> Void
    ) -> BodyStream? {
        guard offersUpgrade, response.status == 101, response.isSafe else {
            server.logger.error("Response could not be sent", [.int("http.status", response.status)])
            refuse(500)
            return nil
        }
        keepsAlive = false
        phase = .tunnel
        let body = HTTPBody(declaredLength: nil) { [self] in resumeReading() }
        body.interruptionLoop = server.loop
        tunnel = Tunnel(body: body, now: server.loop.now)
        server.output.reset()
        var framing = ResponseFraming(length: .none, persists: true, isVersion11: true)
        framing.upgrades = true
        ResponseEncoder.appendHead(response, framing, server, to: server.output)
        tcp.write(server.output.bytes)
        consumeInput()
        if peerEnded { body.finish() } else if !tunnelIsFull { resumeReading() }
        // The stream was cancelled before it began, should the server have waited for it.
        if server.hasEndedTunnels { runner?.cancel() }
        return { writer in try await stream(body, writer) }
    }

    private var tunnelIsFull: Bool { tunnel?.isFull ?? false }

    func writeToTunnel(_ bytes: [UInt8]) throws {
        guard let tunnel, !tunnel.hasFinished, tcp.isOpen else { throw HTTPBodyError.connectionClosed }
        tunnel.lastByte = server.loop.now
        bytes.withUnsafeBytes { tcp.write($0) }
    }

    /// The handler writes nothing more but may still read.
    func finishWriting() {
        guard phase == .tunnel, let tunnel, !tunnel.hasFinished else { return }
        tunnel.hasFinished = true
        tcp.shutdown()
    }

    /// The client sends nothing more but may still read.
    func tunnelDidReachEnd() { tunnel?.body.finish() }

    /// Whether the connection was closed because nothing has gone over it for too long.
    func checkTunnelIdle(at now: UInt64) -> Bool {
        guard let tunnel, now >= tunnel.lastByte + server.configuration.tunnelIdle.milliseconds else { return false }
        tunnel.body.fail(.timedOut)
        tcp.close()
        return true
    }

    /// On a graceful stop: the handler is told to end.
    func endTunnel() {
        guard phase == .tunnel || outgoing?.isEventStream == true else { return }
        runner?.cancel()
    }
}
