package import IO
package import Telemetry

/// Serves HTTP/1.1, and HTTP/2 where the configuration has it, on one loop.
///
/// A connection goes through `ServerConnection.Phase`: it waits for a head, runs a handler while the body comes in,
/// writes the answer and waits again, or lingers until the client has read its last answer. A connection that waits is
/// an object and no task; `RequestRunners` gives each running request a task. One request of a connection runs at a
/// time; what is sent ahead waits in a bounded buffer and then in the kernel.
/// A connection that begins with the preface of HTTP/2 becomes an `HTTP2Connection`, which runs a request per stream.
///
/// Backpressure works both ways: a body that nobody reads stops the socket's reading at `HTTPBody.highWater`, and a
/// client that reads nothing suspends the writer at `ServerConnection.highWater`. Every phase has a time limit, which
/// one timer looks after for all connections. What cannot be understood in exactly one way is answered with a constant
/// problem document and the end of the connection.
///
/// Several loops may each have a server on the same `ListeningSocket`; they share nothing else. Confined to its loop,
/// hence `@unchecked Sendable`.
package final class HTTPServer: @unchecked Sendable {
    package let loop: EventLoop
    let configuration: HTTPServerConfiguration
    /// `keepAliveIdle` in the loop's unit: asked for at every request.
    let idleMilliseconds: UInt64
    let runners: RequestRunners
    let logger: Logger
    let output = OutputBuffer()
    let date = DateField()
    /// A body without bytes for this loop's requests, so that loops do not count references of a shared one.
    let noBody = HTTPBody(bytes: [])
    /// Let go when the server stops, so that the system refuses connections instead of keeping them waiting.
    private var socket: ListeningSocket?
    private var listener: TCPListener?
    /// What HTTP/2 connections share; nil when the listener does not speak it.
    private(set) var http2: HTTP2Sessions?
    private var sweepTimer: LoopTimer?
    private var connections: [any ClientConnection] = []
    /// Connections whose PROXY header is awaited.
    private var gates: [ObjectIdentifier: ProxyHeaderGate] = [:]
    private(set) var isDraining = false
    /// Whether upgraded connections have been told to end.
    private(set) var hasEndedTunnels = false
    private var drained: CheckedContinuation<Void, Never>?
    /// Puts TLS, or whatever else stands between, on a connection before it is served.
    private let prepare: ((TCPConnection) -> Void)?
    /// Counted here and added to the shared counters by the sweep.
    var requestsSinceSweep = 0
    private let requests: Counter
    private let refusals: Counter
    private let openConnections: Gauge

    /// A server that does not accept yet.
    package init(
        loop: EventLoop, socket: ListeningSocket, configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
        logger: Logger, metrics: Metrics, prepare: ((TCPConnection) -> Void)? = nil, handler: @escaping HTTPHandler
    ) {
        self.loop = loop
        self.prepare = prepare
        self.socket = socket
        self.configuration = configuration
        idleMilliseconds = configuration.keepAliveIdle.milliseconds
        self.logger = logger
        runners = RequestRunners(loop: loop, handler: handler)
        requests = metrics.counter("http_server_requests_total", "Requests that reached a handler.")
        refusals = metrics.counter("http_server_refusals_total", "Requests that were refused before a handler.")
        openConnections = metrics.gauge("http_server_connections", "Open client connections.")
    }

    /// Starts to accept connections; call on the loop.
    package func start() throws(IOError) {
        loop.preconditionCurrent()
        guard let socket else { return }
        if let limits = configuration.http2, http2 == nil { http2 = HTTP2Sessions(server: self, limits: limits) }
        listener = try TCPListener(loop: loop, socket: socket) { [self] connection in accept(connection) }
        sweepTimer = loop.timer(every: configuration.sweepInterval) { [self] in sweep() }
    }

    /// The number of open connections.
    package var connectionCount: Int { connections.count }

    private func accept(_ tcp: TCPConnection) {
        guard let isProxy = configuration.proxyHeaderPeers else { return admit(tcp) }
        guard let peer = tcp.peerAddress, isProxy(peer),
            connections.count + gates.count < configuration.maximumConnections
        else {
            refusals.add(1)
            return tcp.close()
        }
        let key = ObjectIdentifier(tcp)
        // Let go by the gate's end, which is the header or the end of the connection.
        gates[key] = ProxyHeaderGate(tcp, within: configuration.headerTimeout) { [self] outcome in
            gates[key] = nil
            switch outcome {
            case .closed: refusals.add(1)
            case .open(let client, let rest):
                admit(tcp, client: client)
                if tcp.isOpen { rest.withUnsafeBytes { tcp.receive($0) } }
            }
        }
    }

    /// Serves a connection, whose client may be another than its peer.
    private func admit(_ tcp: TCPConnection, client: SocketAddress? = nil) {
        tcp.announcedPeer = client
        if let limit = configuration.connections {
            guard let place = limit.place(for: tcp) else {
                refusals.add(1)
                return tcp.close()
            }
            tcp.place = place
        }
        prepare?(tcp)
        guard connections.count < configuration.maximumConnections else {
            output.reset()
            RefusalResponse.append(503, self, to: output)
            tcp.write(output.bytes)
            tcp.close()
            refusals.add(1)
            return
        }
        let connection = ServerConnection(server: self, tcp: tcp, slot: connections.count)
        connections.append(connection)
        openConnections.add(1)
        connection.start()
    }

    /// The connection turned out to speak another version.
    func replace(_ connection: ServerConnection, by other: any ClientConnection) {
        guard connection.slot < connections.count, connections[connection.slot] === connection else { return }
        connections[connection.slot] = other
    }

    func remove(_ connection: any ClientConnection) {
        let slot = connection.slot
        guard slot < connections.count, connections[slot] === connection else { return }
        let last = connections.removeLast()
        if last !== connection {
            connections[slot] = last
            last.slot = slot
        }
        openConnections.add(-1)
        guard connections.isEmpty, let drained else { return }
        self.drained = nil
        drained.resume()
    }

    func countRefusal() { refusals.add(1) }

    private func sweep() {
        flushCounts()
        let now = loop.now
        // From the end: a connection that goes is replaced by one that has been looked at.
        for connection in connections.reversed() { connection.checkTimes(at: now) }
    }

    private func flushCounts() {
        guard requestsSinceSweep > 0 else { return }
        requests.add(requestsSinceSweep)
        requestsSinceSweep = 0
    }

    /// Stops gracefully: accepts nothing more, lets what runs finish with `Connection: close`, and after the given
    /// time closes what is left.
    package func drain(within limit: Duration) async {
        loop.preconditionCurrent()
        guard !isDraining else { return }
        isDraining = true
        listener?.close()
        listener = nil
        for gate in gates.values { gate.close() }
        socket = nil
        for connection in connections.reversed() { connection.beginDrain() }
        let timer = loop.timer(after: limit) { [self] in
            for connection in connections.reversed() { connection.abandon() }
        }
        // A request may be on its way on a connection that looks idle.
        let grace = loop.timer(after: min(configuration.drainGrace, limit)) { [self] in
            for connection in connections.reversed() { connection.closeIfIdle() }
        }
        let tunnels = loop.timer(after: min(configuration.tunnelGrace, limit / 2)) { [self] in
            hasEndedTunnels = true
            for connection in connections.reversed() { connection.endTunnel() }
        }
        if !connections.isEmpty {
            await withCheckedContinuation { drained = $0 }
        }
        timer.cancel()
        grace.cancel()
        tunnels.cancel()
        sweepTimer?.cancel()
        sweepTimer = nil
        runners.stop()
        flushCounts()
    }
}
