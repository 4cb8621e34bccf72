import HTTP
import IO
import Telemetry
import TestSupport
import Testing

/// A provider's server as a test scripts it: answers by path, with faults.
///
/// Confined to the test's loop.
final class FakeProviderServer: @unchecked Sendable {
    private(set) var seen: [(path: String, authorization: String?)] = []
    /// By path; each time the next one, and the last again and again.
    private var answers: [String: [HTTPResponse]] = [:]
    private var server: HTTPServer?
    private let socket: ListeningSocket

    var url: String { "http://127.0.0.1:\(socket.port)" }
    var port: Int { socket.port }

    init(_ loop: EventLoop) throws {
        socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        let server = HTTPServer(
            loop: loop, socket: socket, logger: Logger(service: "fake", level: .error), metrics: Metrics()
        ) { [unowned self] request in answer(request) }
        try server.start()
        self.server = server
    }

    func script(_ path: String, _ answers: HTTPResponse...) { self.answers[path] = answers }

    func stop() async { await server?.drain(within: .seconds(1)) }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        seen.append((request.path, request.headers["authorization"]))
        guard var scripted = answers[request.path], let next = scripted.first else { return HTTPResponse(status: 404) }
        if scripted.count > 1 { scripted.removeFirst() }
        answers[request.path] = scripted
        return next
    }

    static func audio(_ bytes: [UInt8]) -> HTTPResponse {
        HTTPResponse(status: 200, headers: ["Content-Type": "audio/wav"], body: .bytes(bytes))
    }

    static func json(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: .bytes(Array(text.utf8)))
    }

    /// Says that so many bytes follow, gives half of them and breaks off.
    static func cut(_ bytes: [UInt8]) -> HTTPResponse {
        struct Broken: Error {}
        return HTTPResponse(
            status: 200, headers: ["Content-Type": "audio/wav"],
            body: .stream(length: Int64(bytes.count)) { writer in
                try await writer.write(Array(bytes.prefix(bytes.count / 2)))
                throw Broken()
            })
    }
}
