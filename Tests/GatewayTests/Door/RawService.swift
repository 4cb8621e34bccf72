import HTTPClient
import IO
import TestSupport

@testable import Gateway

/// A service that answers each request's first bytes with any bytes at all, or closes.
///
/// Confined to the test's loop.
final class RawService: @unchecked Sendable {
    enum Act: Sendable {
        /// Sends the text and closes.
        case answer(String)
        case close
        case silence
    }

    let port: Int
    private var listener: TCPListener?
    private var connections: [RawConnection] = []

    init(_ loop: EventLoop, _ act: Act) throws {
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        port = socket.port
        listener = try TCPListener(loop: loop, socket: socket) { [unowned self] accepted in
            connections.append(RawConnection(accepted, act))
        }
    }

    func close() {
        listener?.close()
        for connection in connections { connection.close() }
    }

    /// Runs a test with a door before such a service.
    static func with(
        _ act: Act, patience: Duration? = nil, configuration: HTTPClientConfiguration = .init(),
        _ body: @escaping @Sendable (DoorUnderTest) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            let service = try RawService(loop, act)
            defer { service.close() }
            try await DoorUnderTest.with(
                port: service.port, on: loop, patience: patience, configuration: configuration, body)
        }
    }
}

private final class RawConnection: TCPConnectionDelegate, @unchecked Sendable {
    private let connection: TCPConnection
    private let act: RawService.Act
    private var hasActed = false

    init(_ connection: TCPConnection, _ act: RawService.Act) {
        self.connection = connection
        self.act = act
        connection.delegate = self
        connection.startReading()
    }

    func close() { connection.close() }

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        guard !hasActed else { return }
        hasActed = true
        switch act {
        case .answer(let text):
            Array(text.utf8).withUnsafeBytes { connection.write($0) }
            connection.shutdown()
        case .close: connection.close()
        case .silence: break
        }
    }

    func connectionDidReachEnd(_ connection: TCPConnection) { connection.close() }

    func connectionDidDrain(_ connection: TCPConnection) {}

    func connection(_ connection: TCPConnection, didClose error: IOError?) {}
}
