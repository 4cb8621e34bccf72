import IO
import Telemetry
import TestSupport

@testable import HTTP

/// A raw client connection: sends any bytes and collects what comes.
///
/// Confined to its loop.
final class TestClient: TCPConnectionDelegate, @unchecked Sendable {
    private let tcp: TCPConnection
    private(set) var received: [UInt8] = []
    private(set) var isAtEnd = false
    private(set) var isClosed = false
    private var condition: ((TestClient) -> Bool)?
    private var waiter: CheckedContinuation<Void, Never>?

    private init(_ tcp: TCPConnection, reads: Bool) {
        self.tcp = tcp
        tcp.delegate = self
        if reads { tcp.startReading() }
    }

    static func connect(to socket: ListeningSocket, on loop: EventLoop, reads: Bool = true) async throws -> TestClient {
        TestClient(try await TCPConnection.connect(to: socket.address, on: loop, deadline: .seconds(5)), reads: reads)
    }

    var text: String { String(decoding: received, as: UTF8.self) }
    var pendingBytes: Int { tcp.pendingBytes }

    func send(_ text: String) { send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) { bytes.withUnsafeBytes { tcp.write($0) } }
    func finishSending() { tcp.shutdown() }
    func startReading() { tcp.startReading() }
    func close() { tcp.close() }

    /// Waits until the condition holds or the server has closed.
    func wait(until condition: @escaping (TestClient) -> Bool) async {
        guard !condition(self), !isAtEnd, !isClosed else { return }
        self.condition = condition
        await withCheckedContinuation { waiter = $0 }
    }

    /// Waits for the end of the connection and returns all that came.
    func readToEnd() async -> String {
        await wait { _ in false }
        return text
    }

    /// Waits until the text has come.
    func read(upTo text: String) async -> String {
        await wait { $0.text.contains(text) }
        return self.text
    }

    /// Forgets what has come.
    func clear() { received = [] }

    private func check() {
        guard let waiter, isAtEnd || isClosed || condition?(self) == true else { return }
        self.waiter = nil
        waiter.resume()
    }

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        // Bound to its type, which an unoptimised build copies at once and not byte by byte.
        bytes.withMemoryRebound(to: UInt8.self) { received.append(contentsOf: $0) }
        check()
    }

    func connectionDidReachEnd(_ connection: TCPConnection) {
        isAtEnd = true
        check()
    }

    func connectionDidDrain(_ connection: TCPConnection) { check() }

    func connection(_ connection: TCPConnection, didClose error: IOError?) {
        isClosed = true
        check()
    }
}

/// A server on a free port.
struct TestServer {
    let server: HTTPServer
    let socket: ListeningSocket
    let loop: EventLoop
    let log: LogCapture

    static func start(
        on loop: EventLoop, configuration: HTTPServerConfiguration = .forTests, _ handler: @escaping HTTPHandler
    ) throws -> TestServer {
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        let log = LogCapture()
        let server = HTTPServer(
            loop: loop, socket: socket, configuration: configuration,
            logger: log.logger(), metrics: Metrics(), handler: handler)
        try server.start()
        return TestServer(server: server, socket: socket, loop: loop, log: log)
    }

    func connect(reads: Bool = true) async throws -> TestClient {
        try await TestClient.connect(to: socket, on: loop, reads: reads)
    }

    /// One exchange on a connection of its own, read to its end.
    func exchange(_ text: String) async throws -> String {
        let client = try await connect()
        client.send(text)
        return await client.readToEnd()
    }
}

extension HTTPServerConfiguration {
    /// The usual times, so that a busy machine fails no test; only what a test waits for is short.
    static var forTests: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration()
        configuration.linger = .milliseconds(200)
        configuration.sweepInterval = .milliseconds(20)
        configuration.drainGrace = .milliseconds(50)
        return configuration
    }

    /// For tests of the times themselves.
    static var hurried: HTTPServerConfiguration {
        var configuration = forTests
        configuration.headerTimeout = .milliseconds(400)
        configuration.bodyIdle = .milliseconds(400)
        configuration.keepAliveIdle = .milliseconds(600)
        configuration.writerStuck = .milliseconds(600)
        return configuration
    }
}

/// Runs a test's body on a loop with a server, and stops the server afterwards.
func withServer(
    _ configuration: HTTPServerConfiguration = .forTests, handler: @escaping HTTPHandler,
    _ body: @escaping @Sendable (TestServer) async throws -> Void
) async throws {
    try await withLoop { loop in
        let server = try TestServer.start(on: loop, configuration: configuration, handler)
        do {
            try await body(server)
        } catch {
            await server.server.drain(within: .zero)
            throw error
        }
        await server.server.drain(within: .zero)
    }
}

/// A place where a test's handlers and its body meet.
///
/// Confined to the loop.
final class Meeting: @unchecked Sendable {
    private(set) var count = 0
    private var wanted = 0
    private var waiter: CheckedContinuation<Void, Never>?

    func arrive() {
        count += 1
        guard count >= wanted, let waiter else { return }
        self.waiter = nil
        waiter.resume()
    }

    func wait(for count: Int = 1) async {
        guard self.count < count else { return }
        wanted = count
        await withCheckedContinuation { waiter = $0 }
    }
}
