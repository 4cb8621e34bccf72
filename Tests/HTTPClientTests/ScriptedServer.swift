import IO
import Testing

/// A server that answers byte by byte as a test says; confined to the test's loop.
final class ScriptedServer: @unchecked Sendable {
    private let loop: EventLoop
    private let socket: ListeningSocket
    private var listener: TCPListener?
    private(set) var connections: [ScriptedConnection] = []

    var port: Int { socket.port }

    /// Runs `script` for each connection, with its index; the connection closes when the script returns.
    init(_ loop: EventLoop, _ script: @escaping @Sendable (ScriptedConnection, Int) async throws -> Void) throws {
        self.loop = loop
        socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        listener = try TCPListener(loop: loop, socket: socket) { [unowned self] accepted in
            let connection = ScriptedConnection(accepted)
            let index = connections.count
            connections.append(connection)
            loop.spawn {
                do { try await script(connection, index) } catch is ScriptedConnection.Ended {} catch {
                    Issue.record(error)
                }
                connection.close()
            }
        }
    }

    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    func close() {
        listener?.close()
        for connection in connections { connection.close() }
    }
}

/// The server's end of one connection.
final class ScriptedConnection: TCPConnectionDelegate, @unchecked Sendable {
    struct Ended: Error {}

    private let connection: TCPConnection
    private(set) var received: [UInt8] = []
    private(set) var isAtEnd = false
    private var waiter: CheckedContinuation<Void, Never>?
    private var drainWaiter: CheckedContinuation<Void, Never>?

    init(_ connection: TCPConnection) {
        self.connection = connection
        connection.delegate = self
        connection.startReading()
    }

    /// The next request's head with its empty line; what follows stays.
    func head() async throws -> String {
        while true {
            if let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                return String(decoding: try await bytes(end.upperBound), as: UTF8.self)
            }
            try await more()
        }
    }

    /// Exactly so many bytes.
    func bytes(_ count: Int) async throws -> [UInt8] {
        while received.count < count { try await more() }
        let taken = Array(received[..<count])
        received.removeFirst(count)
        return taken
    }

    /// A chunked body, whole.
    func chunkedBody() async throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            while received.firstRange(of: Array("\r\n".utf8)) == nil { try await more() }
            let line = try #require(received.firstRange(of: Array("\r\n".utf8)))
            let size = try #require(Int(String(decoding: received[..<line.lowerBound], as: UTF8.self), radix: 16))
            _ = try await bytes(line.upperBound)
            body += try await bytes(size + 2).dropLast(2)
            if size == 0 { return body }
        }
    }

    private func more() async throws {
        guard !isAtEnd else { throw Ended() }
        await withCheckedContinuation { waiter = $0 }
    }

    /// Waits until the client closes its side or the connection breaks.
    func waitForEnd() async {
        while !isAtEnd { await withCheckedContinuation { waiter = $0 } }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) { bytes.withUnsafeBytes { connection.write($0) } }

    var pendingBytes: Int { connection.pendingBytes }

    /// Waits until the kernel has taken everything.
    func drained() async {
        guard connection.pendingBytes > 0, connection.isOpen else { return }
        await withCheckedContinuation { drainWaiter = $0 }
    }

    func stopReading() { connection.pauseReading() }

    func startReading() { connection.startReading() }

    func close() { connection.close() }

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        received.append(contentsOf: bytes)
        wake()
    }

    func connectionDidReachEnd(_ connection: TCPConnection) {
        isAtEnd = true
        wake()
    }

    func connectionDidDrain(_ connection: TCPConnection) {
        drainWaiter?.resume()
        drainWaiter = nil
    }

    func connection(_ connection: TCPConnection, didClose error: IOError?) {
        isAtEnd = true
        wake()
        connectionDidDrain(connection)
    }

    private func wake() {
        let waiter = self.waiter
        self.waiter = nil
        waiter?.resume()
    }
}

extension String {
    /// The value of a field of a head, for assertions.
    func field(_ name: String) -> String? {
        split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
    }
}
