import HTTP
import HTTPClient
import IO
import Models
import Telemetry
import TestSupport
import Testing

@testable import Gateway

/// Several copies of one service on free ports, and the upstreams that choose among them.
///
/// Confined to the test's loop.
final class CopiesUnderTest: @unchecked Sendable {
    let loop: EventLoop
    let upstreams: Upstreams
    let health: UpstreamHealth
    let board = UpstreamBoard()
    private(set) var servers: [HTTPServer] = []
    private(set) var endpoints: [HTTPEndpoint] = []
    /// How many requests each copy had, probes apart.
    private(set) var counts: [Int] = []

    private init(
        _ loop: EventLoop, _ handlers: [HTTPHandler], also addresses: [String], policy: UpstreamPolicy
    ) throws {
        self.loop = loop
        var list: [UpstreamAddress] = []
        var sockets: [ListeningSocket] = []
        for _ in handlers { sockets.append(try ListeningSocket.bind(host: "127.0.0.1", port: 0)) }
        endpoints = sockets.map { HTTPEndpoint(host: "127.0.0.1", port: $0.port) }
        for text in endpoints.map({ "http://\($0)" }) + addresses { list.append(try #require(UpstreamAddress(text))) }
        let http = InternalHTTPClient(loop: loop)
        upstreams = Upstreams([.calls: list], http: http, policy: policy)
        health = UpstreamHealth(
            upstreams: upstreams, board: board, index: 0, loop: loop, logger: LogCapture().logger())
        counts = handlers.map { _ in 0 }
        for (index, handler) in handlers.enumerated() {
            var configuration = HTTPServerConfiguration()
            configuration.tellsUnread = true
            let server = HTTPServer(
                loop: loop, socket: sockets[index], configuration: configuration, logger: LogCapture().logger(),
                metrics: Metrics()
            ) { [unowned self] request in
                if request.path != "/ready" { counts[index] += 1 }
                return await handler(request)
            }
            servers.append(server)
            try server.start()
        }
    }

    var service: UpstreamService { upstreams.service(.calls) }

    func send(
        _ method: HTTPMethod = .get, _ headers: HTTPHeaders = [:], body: HTTPClientRequest.Body = .empty,
        deadline: Duration = .seconds(10)
    ) async throws -> UpstreamAnswer {
        try await upstreams.send(
            HTTPClientRequest(method: method, target: "/api/v1/calls", headers: headers, body: body), to: .calls,
            deadline: deadline)
    }

    func status(_ method: HTTPMethod = .get, _ headers: HTTPHeaders = [:]) async throws -> Int {
        try await send(method, headers).response.status
    }

    /// Waits for something that another task of this loop brings about.
    func until(_ condition: () -> Bool) async throws {
        while !condition() { try await loop.sleep(for: .milliseconds(1)) }
    }

    /// Runs a test with copies that answer with these handlers.
    static func with(
        _ handlers: [HTTPHandler], also addresses: [String] = [], policy: UpstreamPolicy = .init(),
        _ body: @escaping @Sendable (CopiesUnderTest) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            let copies = try CopiesUnderTest(loop, handlers, also: addresses, policy: policy)
            let result: Result<Void, any Error>
            do { result = .success(try await body(copies)) } catch { result = .failure(error) }
            copies.upstreams.close()
            for server in copies.servers { await server.drain(within: .zero) }
            try result.get()
        }
    }

    static let fine: HTTPHandler = { _ in HTTPResponse(status: 200) }
}
