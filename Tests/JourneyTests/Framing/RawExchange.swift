import IO
import Testing

/// One raw connection to the gateway: sends any bytes and reads to the end.
///
/// Confined to its loop.
final class RawExchange: TCPConnectionDelegate, @unchecked Sendable {
    private let connection: TCPConnection
    private var received: [UInt8] = []
    private var isOver = false
    private var waiter: CheckedContinuation<Void, Never>?

    private init(_ connection: TCPConnection) {
        self.connection = connection
        connection.delegate = self
        connection.startReading()
    }

    /// Sends the bytes, says that no more come, and gives everything that the other side says until it closes.
    static func send(_ text: String, to port: Int, on loop: EventLoop) async throws -> String {
        let address = try #require(SocketAddress(host: "127.0.0.1", port: port))
        let exchange = RawExchange(try await TCPConnection.connect(to: address, on: loop, deadline: .seconds(60)))
        let timer = loop.timer(after: .seconds(120)) { exchange.connection.close() }
        Array(text.utf8).withUnsafeBytes { exchange.connection.write($0) }
        exchange.connection.shutdown()
        if !exchange.isOver { await withCheckedContinuation { exchange.waiter = $0 } }
        timer.cancel()
        exchange.connection.close()
        return String(decoding: exchange.received, as: UTF8.self)
    }

    private func end() {
        isOver = true
        waiter?.resume()
        waiter = nil
    }

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        received.append(contentsOf: bytes)
    }

    func connectionDidReachEnd(_ connection: TCPConnection) { end() }

    func connectionDidDrain(_ connection: TCPConnection) {}

    func connection(_ connection: TCPConnection, didClose error: IOError?) { end() }
}
