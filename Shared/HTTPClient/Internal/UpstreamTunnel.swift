import HTTP
import IO

/// A connection that a service has agreed to upgrade: bytes as they are, both ways.
///
/// It is no longer the pool's. Confined to its loop, hence `@unchecked Sendable`.
final class UpstreamTunnel: TCPConnectionDelegate, HTTPBodySink, @unchecked Sendable {
    /// How many bytes may wait for the service before their writer has to.
    private static let highWater = 65_536

    private let tcp: TCPConnection
    fileprivate var loop: EventLoop { tcp.loop }
    /// Weak: the reader's reference keeps the connection open.
    private weak var body: HTTPBody?
    private var hasFinished = false
    private var roomWaiter: CheckedContinuation<Void, any Error>?

    /// Takes a connection over from its exchange.
    private init(_ tcp: TCPConnection) { self.tcp = tcp }

    /// The connection's two directions; `rest` is what came behind the head of the answer.
    static func open(_ tcp: TCPConnection, _ rest: UnsafeRawBufferPointer) -> (HTTPBody, HTTPBodyWriter) {
        let tunnel = UpstreamTunnel(tcp)
        let lease = TunnelLease(tunnel)
        let body = HTTPBody(declaredLength: nil) { [unowned lease] in lease.resumeReading() }
        body.lease = lease
        body.interruptionLoop = tcp.loop
        tunnel.body = body
        tcp.delegate = tunnel
        tunnel.deliver(rest)
        return (body, HTTPBodyWriter(tunnel))
    }

    /// Whether what the service answered agrees to the upgrade that was asked for (RFC 6455, 4.1).
    static func isAgreed(_ headers: HTTPHeaders, key: WebSocketKey) -> Bool {
        let options = headers.all(named: "connection").flatMap { $0.lowercased().split(separator: ",") }
        return headers.all(named: "upgrade").map { $0.lowercased() } == ["websocket"]
            && options.contains { $0.filter { $0 != " " && $0 != "\t" } == "upgrade" }
            && headers.all(named: "sec-websocket-accept") == [key.accept]
    }

    // From the service.

    private func deliver(_ bytes: UnsafeRawBufferPointer) {
        guard let body else { return tcp.close() }
        body.deliver(bytes)
        if !body.wantsMore { tcp.pauseReading() }
    }

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) { deliver(bytes) }

    func connectionDidReachEnd(_ connection: TCPConnection) { body?.finish() }

    fileprivate func resumeReading() { tcp.startReading() }

    // To the service.

    func write(_ bytes: [UInt8]) throws {
        guard tcp.isOpen, !hasFinished else { throw HTTPBodyError.connectionClosed }
        bytes.withUnsafeBytes { tcp.write($0) }
    }

    var hasRoom: Bool { tcp.pendingBytes <= Self.highWater }

    func waitForRoom() async throws {
        guard tcp.isOpen else { throw HTTPBodyError.connectionClosed }
        guard !hasRoom else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                roomWaiter = continuation
            }
        } onCancel: {
            tcp.loop.execute { self.resumeWriter(.failure(CancellationError())) }
        }
    }

    func finishWriting() {
        guard !hasFinished else { return }
        hasFinished = true
        tcp.shutdown()
    }

    func connectionDidDrain(_ connection: TCPConnection) { resumeWriter(.success(())) }

    private func resumeWriter(_ result: Result<Void, any Error>) {
        let waiter = roomWaiter
        roomWaiter = nil
        waiter?.resume(with: result)
    }

    // The end.

    fileprivate func close() { tcp.close() }

    func connection(_ connection: TCPConnection, didClose error: IOError?) {
        body?.fail(.connectionClosed)
        resumeWriter(.failure(HTTPBodyError.connectionClosed))
    }
}

/// Held by the body: closes the connection when nobody wants the rest any more.
///
/// Sendable because the tunnel is confined to its loop, which the end is handed to.
private final class TunnelLease: Sendable {
    private let tunnel: UpstreamTunnel

    init(_ tunnel: UpstreamTunnel) { self.tunnel = tunnel }

    deinit {
        let tunnel = self.tunnel
        tunnel.loop.execute { tunnel.close() }
    }

    func resumeReading() { tunnel.resumeReading() }
}
