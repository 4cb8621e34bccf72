import Clients
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@Suite struct ServiceClientTests {
    private struct Thing: Codable, Sendable, Equatable {
        var externalID: String
        var count: Int
    }

    @Test func `a call carries the token, the tenant and the trace`() async throws {
        try await withLoop { loop in
            let tenant = TenantID.make()
            let trace = TraceContext.make()
            let service = try Service(loop) { request in
                #expect(request.method == .put && request.target == "/internal/things/1?a=b")
                #expect(request.headers["authorization"] == "Bearer t")
                #expect(request.headers["x-switchboard-tenant"] == tenant.description)
                #expect(request.headers["content-type"] == "application/json")
                let sent = request.headers["traceparent"].flatMap { TraceContext(traceparent: $0) }
                #expect(sent?.traceID == trace.traceID)
                let thing = try JSON.decode(Thing.self, from: try await request.body.collect(upTo: 1000))
                let answer = try JSON.encode(Thing(externalID: thing.externalID + "!", count: thing.count + 1))
                return HTTPResponse(status: 200, body: .bytes(answer))
            }
            let client = service.client(FixedToken("t"))
            let thing = try await client.send(
                .put, "/internal/things/1?a=b", Thing(externalID: "x", count: 1), as: Thing.self,
                scope: .init(tenant: tenant, trace: trace))
            #expect(thing == Thing(externalID: "x!", count: 2))
            await service.stop()
        }
    }

    @Test func `a refusal comes back as the failure that was thrown`() async throws {
        try await withLoop { loop in
            let problem = """
                {"type":"about:blank","title":"t","status":409,"code":"recording_exists","detail":"There is one.",
                "request_id":"r","errors":[{"pointer":"/a","code":"too_long","detail":"d"}]}
                """
            let service = try Service(loop) { _ in
                HTTPResponse(
                    status: 409, headers: ["Content-Type": "application/problem+json", "Retry-After": "7"],
                    body: .bytes(Array(problem.utf8)))
            }
            do {
                try await service.client(FixedToken("t")).send(.delete, "/internal/x", scope: .init(tenant: nil))
                Issue.record("not refused")
            } catch let failure as Failure {
                #expect(failure.code == .recordingExists && failure.detail == "There is one.")
                #expect(failure.errors == [FieldError(pointer: "/a", code: "too_long", detail: "d")])
                #expect(failure.headers.map(\.value) == ["7"])
            }
            await service.stop()
        }
    }

    @Test(arguments: [(404, ErrorCode.notFound), (500, .upstreamUnavailable), (403, .forbidden), (503, .unavailable)])
    func `an answer without a known code is told by its status`(status: Int, expected: ErrorCode) async throws {
        try await withLoop { loop in
            let service = try Service(loop) { _ in HTTPResponse(status: status, body: .bytes(Array("<html>".utf8))) }
            do {
                try await service.client(FixedToken("t")).send(.get, "/internal/x", scope: .init(tenant: nil))
                Issue.record("not refused")
            } catch let failure as Failure {
                #expect(failure.code == expected)
            }
            await service.stop()
        }
    }

    @Test func `a token that its callee refuses is replaced once`() async throws {
        try await withLoop { loop in
            let tenancy = try Tenancy(loop)
            let service = try Service(loop) { request in
                HTTPResponse(status: request.headers["authorization"] == "Bearer token-1" ? 204 : 401)
            }
            let client = service.client(ServiceTokens(InternalHTTPClient(loop: loop), tenancy))
            try await client.send(.post, "/internal/x", scope: .init(tenant: nil))
            #expect(tenancy.tokens == ["token-0", "token-1"])
            await service.stop()
            await tenancy.stop()
        }
    }

    @Test func `what does not answer is unavailable, and what is slow is told as that`() async throws {
        try await withLoop { loop in
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let away = ServiceClient(
                http: InternalHTTPClient(loop: loop), endpoint: HTTPEndpoint(host: "127.0.0.1", port: socket.port),
                callee: .calls, tokens: FixedToken("t"))
            await expect(.unavailable) { try await away.send(.get, "/x", scope: .init(tenant: nil)) }
            let service = try Service(loop) { _ in
                try await loop.sleep(for: .seconds(60))
                return HTTPResponse(status: 204)
            }
            let slow = service.client(FixedToken("t"))
            await expect(.upstreamTimeout) {
                try await slow.send(.get, "/x", scope: .init(tenant: nil, deadline: .milliseconds(30)))
            }
            await service.stop()
        }
    }

    private func expect(_ code: ErrorCode, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("no failure, expected \(code)")
        } catch {
            #expect((error as? Failure)?.code == code)
        }
    }
}

/// A service of one route.
private final class Service: @unchecked Sendable {
    private let loop: EventLoop
    private let server: HTTPServer
    private let port: Int

    init(_ loop: EventLoop, _ answer: @escaping @Sendable (HTTPRequest) async throws -> HTTPResponse) throws {
        self.loop = loop
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        port = socket.port
        server = HTTPServer(
            loop: loop, socket: socket, logger: Logger(service: "test", level: .error), metrics: Metrics()
        ) { request in
            do { return try await answer(request) } catch { return HTTPResponse(status: 500) }
        }
        try server.start()
    }

    func client(_ tokens: any ServiceTokenSource) -> ServiceClient {
        ServiceClient(
            http: InternalHTTPClient(loop: loop), endpoint: HTTPEndpoint(host: "127.0.0.1", port: port), callee: .calls,
            tokens: tokens)
    }

    func stop() async { await server.drain(within: .milliseconds(1)) }
}
