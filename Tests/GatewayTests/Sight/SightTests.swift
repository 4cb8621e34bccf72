import HTTP
import HTTPClient
import IO
import JSON
import Models
import Telemetry
import Testing

@testable import Gateway

@Suite struct SightTests {
    @Test func `requests are counted by route template and class of tenant, never by path`() async throws {
        try await DoorUnderTest.with(service: Asked().handler()) { door async throws in
            let bearer = try door.bearer(.owner)
            _ = try await door.send(.get, "/api/v1/calls/\(CallID.make())/recording", ["Authorization": bearer])
            _ = try await door.send(.get, "/api/v1/calls?x=1", ["Authorization": bearer])
            _ = try await door.send(.get, "/nothing/here", [:])
            let text = String(decoding: door.metrics.render(), as: UTF8.self)
            func line(_ route: String, _ service: String, _ tenant: String, _ status: String) -> String {
                "gateway_requests_total{route=\"\(route)\",service=\"\(service)\",status=\"\(status)\",tenant=\"\(tenant)\"} 1"
            }
            #expect(text.contains(line("/api/v1/calls/*/recording", "calls", "starter", "2xx")))
            #expect(text.contains(line("/api/v1/calls/**", "calls", "starter", "2xx")))
            #expect(text.contains(line("none", "none", "starter", "4xx")))
            #expect(!text.contains("nothing"))
        }
    }

    @Test func `a tenant's requests and bytes are counted, and nobody's are not`() async throws {
        let answer = HTTPResponse(status: 200, body: .bytes(Array("four".utf8)))
        try await DoorUnderTest.with(service: Asked().handler(answer)) { door async throws in
            let bearer = try door.bearer(.owner)
            for _ in 0..<3 { _ = try await door.send(.get, "/api/v1/calls", ["Authorization": bearer]) }
            _ = try await door.send(.get, "/nowhere", [:])
            #expect(
                door.usage.take() == [door.tenant: UsageTally.Count(requests: 3, receivedBytes: 0, sentBytes: 12)])
        }
    }

    @Test func `a trace goes on with the gateway's step as the parent of the service's`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            let cause = TraceContext.make()
            _ = try await door.send(
                .get, "/api/v1/calls",
                ["Authorization": try door.bearer(.owner), "traceparent": cause.traceparent])
            let sent = try #require(asked.requests.first?.headers.all(named: "traceparent"))
            let trace = try #require(sent.first.flatMap(TraceContext.init(traceparent:)))
            #expect(sent.count == 1 && trace.traceID == cause.traceID && trace.spanID != cause.spanID)
        }
    }

    @Test func `the platform's operators alone see the health of the suite`() async throws {
        try await DoorUnderTest.with(service: Asked().handler()) { door async throws in
            door.door.health = PlatformHealth(board: UpstreamBoard(), state: door.state)
            try door.learnTenant("admin", id: .platform)
            let (path, admin) = (PlatformHealth.path, "admin.localhost:8080")
            let operators = try door.bearer(.superAdmin, in: .platform)
            let seen = try await door.send(.get, path, host: admin, ["Authorization": operators])
            #expect(seen.status == 200)
            let page = try JSON.decode(JSONValue.self, from: try await seen.body.collect(upTo: 65_536))
            #expect(page["services"] != nil && page["feed"]?["is_loaded"] == .bool(false))
            #expect(try await door.send(.get, path, host: admin).status == 401)
            #expect(try await door.send(.post, path, host: admin, ["Authorization": operators]).status == 405)
            let owner = try door.bearer(.owner)
            #expect(try await door.send(.get, path, host: admin, ["Authorization": owner]).status == 401)
            #expect(try await door.send(.get, path, ["Authorization": owner]).status == 404)
        }
    }
}
