import IO
import TestSupport
import Testing

@Suite struct BrokenPipeTests {
    @Test func `writing to a peer that has gone ends the connection and not the process`() async throws {
        try await withLoop { loop in
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let listener = try TCPListener(loop: loop, socket: socket) { $0.close() }
            let connection = try await TCPConnection.connect(to: socket.address, on: loop, deadline: .seconds(5))
            let (ends, end) = AsyncStream<String>.makeStream()
            connection.delegate = Writer(end)
            while connection.isOpen {
                [UInt8](repeating: 0, count: 1000).withUnsafeBytes { connection.write($0) }
                await Task.yield()
            }
            for await name in ends {
                #expect(name == "EPIPE" || name == "ECONNRESET")
                break
            }
            listener.close()
        }
    }
}

/// Tells how a connection ended.
private final class Writer: TCPConnectionDelegate {
    private let end: AsyncStream<String>.Continuation

    init(_ end: AsyncStream<String>.Continuation) { self.end = end }

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {}

    func connectionDidReachEnd(_ connection: TCPConnection) {}

    func connectionDidDrain(_ connection: TCPConnection) {}

    func connection(_ connection: TCPConnection, didClose error: IOError?) { end.yield(error?.name ?? "closed") }
}
