import IO
import TestSupport
import Testing

@Suite struct TCPTests {
    @Test func `what is written comes back whole over many partial writes`() async throws {
        try await withLoop { loop in
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let listener = try TCPListener(loop: loop, socket: socket) { connection in
                connection.delegate = Echo()
                connection.startReading()
            }
            let connection = try await TCPConnection.connect(to: socket.address, on: loop, deadline: .seconds(5))
            let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let received = await withCheckedContinuation { continuation in
                connection.delegate = Collector(expected: sent.count, continuation)
                connection.startReading()
                sent.withUnsafeBytes { connection.write($0) }
            }
            #expect(received == sent)
            #expect(connection.peerAddress == socket.address)
            connection.close()
            listener.close()
        }
    }

    @Test func `a refused connection is an error with the system's name`() async throws {
        try await withLoop { loop in
            // Bound and never listened on.
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            do {
                _ = try await TCPConnection.connect(to: socket.address, on: loop, deadline: .seconds(5))
                Issue.record("connected")
            } catch let error as IOError {
                #expect(error.name == "ECONNREFUSED")
            }
        }
    }

    @Test func `localhost resolves to loopback`() async throws {
        try await withLoop { loop in
            let found = try await TCPConnection.resolve("localhost", port: 80, on: loop)
            #expect(!found.isEmpty && found.allSatisfy { $0.isLoopback && $0.port == 80 })
        }
    }

    @Test func `a child gets its input and gives output, error text and exit status`() async throws {
        try await withLoop { loop in
            let child = try ChildProcess(
                loop: loop, .init("/bin/sh", ["-c", "cat; echo $WORD >&2; exit 3"], environment: ["WORD": "oops"]))
            child.write(Array("hello".utf8))
            child.finishInput()
            var output: [UInt8] = []
            while let bytes = await child.nextOutput() { output += bytes }
            #expect(await child.wait() == .exited(3))
            #expect(String(decoding: output, as: UTF8.self) == "hello")
            #expect(String(decoding: child.errorTail, as: UTF8.self) == "oops\n")
        }
    }

    @Test func `a child gets all of a large input before its end`() async throws {
        try await withLoop { loop in
            let child = try ChildProcess(
                loop: loop, .init("/bin/sh", ["-c", "sleep 0.1; wc -c"], environment: ["PATH": "/usr/bin:/bin"]))
            child.write([UInt8](repeating: 0x61, count: 1_000_000))
            child.finishInput()
            var output: [UInt8] = []
            while let bytes = await child.nextOutput() { output += bytes }
            #expect(await child.wait() == .exited(0))
            #expect(String(decoding: output, as: UTF8.self) == "1000000\n")
        }
    }

    @Test func `a killed child says by which signal`() async throws {
        try await withLoop { loop in
            let child = try ChildProcess(loop: loop, .init("/bin/sleep", ["3600"]))
            child.kill(9)
            #expect(await child.wait() == .signalled(9))
        }
    }

    @Test func `a program that is not there is an error`() async throws {
        _ = try await withLoop { loop in
            #expect(throws: IOError.self) { _ = try ChildProcess(loop: loop, .init("/no/such/program", [])) }
        }
    }
}

private final class Echo: TCPConnectionDelegate {
    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        connection.write(bytes)
        if connection.pendingBytes > 1 << 20 { connection.pauseReading() }
    }
    func connectionDidReachEnd(_ connection: TCPConnection) { connection.close() }
    func connectionDidDrain(_ connection: TCPConnection) { connection.startReading() }
    func connection(_ connection: TCPConnection, didClose error: IOError?) {}
}

private final class Collector: TCPConnectionDelegate {
    private var bytes: [UInt8] = []
    private let expected: Int
    private let continuation: CheckedContinuation<[UInt8], Never>

    init(expected: Int, _ continuation: CheckedContinuation<[UInt8], Never>) {
        self.expected = expected
        self.continuation = continuation
    }

    func connection(_ connection: TCPConnection, didRead read: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: read)
        guard bytes.count == expected else { return }
        connection.pauseReading()
        continuation.resume(returning: bytes)
    }
    func connectionDidReachEnd(_ connection: TCPConnection) {}
    func connectionDidDrain(_ connection: TCPConnection) {}
    func connection(_ connection: TCPConnection, didClose error: IOError?) {}
}
