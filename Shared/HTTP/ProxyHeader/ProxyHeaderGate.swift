import IO

/// Reads the PROXY header of a new connection before anything else sees its bytes.
///
/// Held by the connection, as its delegate, until the header is there. Confined to its loop.
final class ProxyHeaderGate: TCPConnectionDelegate {
    private let tcp: TCPConnection
    private var received: [UInt8] = []
    private var timer: LoopTimer?
    /// Gets the client's address, nil when it is the peer's own, and what came behind the header; nothing when there is
    /// none.
    private var finished: ((Outcome) -> Void)?

    enum Outcome {
        case open(client: SocketAddress?, rest: [UInt8])
        case closed
    }

    init(_ tcp: TCPConnection, within limit: Duration, _ finished: @escaping (Outcome) -> Void) {
        self.tcp = tcp
        self.finished = finished
        timer = tcp.loop.timer(after: limit) { [tcp] in tcp.close() }
        tcp.delegate = self
        tcp.startReading()
    }

    func close() { tcp.close() }

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        received += bytes
        switch ProxyHeader.read(received) {
        case .needMore: return
        case .refused: tcp.close()
        case .header(let header, let length):
            tcp.pauseReading()
            var client: SocketAddress?
            if case .client(let address) = header { client = address }
            finish(.open(client: client, rest: Array(received[length...])))
        }
    }

    func connectionDidReachEnd(_ connection: TCPConnection) { tcp.close() }

    func connectionDidDrain(_ connection: TCPConnection) {}

    func connection(_ connection: TCPConnection, didClose error: IOError?) { finish(.closed) }

    private func finish(_ outcome: Outcome) {
        timer?.cancel()
        timer = nil
        guard let finished else { return }
        self.finished = nil
        finished(outcome)
    }
}
