import HTTP
import HTTPClient
import JSON
import Models
import Telemetry
import Testing

@testable import Gateway

/// What a scripted service was asked; confined to the test's loop.
final class Asked: @unchecked Sendable {
    private(set) var requests: [HTTPRequest] = []
    private(set) var bodies: [[UInt8]] = []

    func handler(_ response: HTTPResponse = HTTPResponse(status: 200)) -> HTTPHandler {
        { [self] request in
            requests.append(request)
            do { bodies.append(try await request.body.collect(upTo: 1 << 20)) } catch { bodies.append([]) }
            return response
        }
    }
}

@Suite struct FrontDoorTests {
    @Test func `a request is passed on with the tenant and the gateway's own token, and nothing that was pretended`()
        async throws
    {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            let bearer = try door.bearer(.owner)
            let target = "/api/v1/calls?search=a%2Fb&x=%00&to_date=2026-01-01"
            let answer = try await door.send(
                .get, target,
                [
                    "Authorization": bearer, "X-Switchboard-Tenant": door.otherTenant.description,
                    "X-Switchboard-Gateway": "mine", "X_Switchboard_Tenant": "mine", "X-Forwarded-For": "203.0.113.9",
                    "X-Request-ID": "mine", "X-Custom": "kept",
                ])
            #expect(answer.status == 200)
            let request = try #require(asked.requests.first)
            #expect(request.target == target)
            #expect(request.headers.all(named: "x-switchboard-tenant") == [door.tenant.description])
            #expect(request.headers.all(named: "x-switchboard-gateway") == [DoorUnderTest.gatewayToken])
            #expect(request.headers.all(named: "x-switchboard-client-address") == ["127.0.0.1"])
            #expect(request.headers.all(named: "x-switchboard-scheme") == ["http"])
            #expect(request.headers.all(named: "x-switchboard-host") == ["acme.localhost:8080"])
            #expect(request.headers.all(named: "host") == ["acme.localhost:8080"])
            #expect(request.headers.all(named: "authorization") == [bearer])
            #expect(request.headers["x-custom"] == "kept")
            #expect(request.headers["x_switchboard_tenant"] == nil)
            #expect(request.headers["x-forwarded-for"] == nil)
            let id = try #require(answer.headers["x-request-id"])
            #expect(request.headers.all(named: "x-request-id") == [id])
            #expect(id != "mine")
            #expect(request.headers["traceparent"] != nil)
        }
    }

    @Test func `a trace is continued, and one that cannot be read is replaced`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            _ = try await door.send(["traceparent": trace])
            _ = try await door.send(["traceparent": "00-0-0-0"])
            #expect(asked.requests[0].headers["traceparent"]?.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-") == true)
            #expect(asked.requests[1].headers["traceparent"]?.hasPrefix("00-") == true)
            #expect(asked.requests[1].headers["traceparent"] != "00-0-0-0")
        }
    }

    @Test func `an absent credential is left to the service`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            #expect(try await door.send(.post, "/api/v1/auth/login").status == 200)
            #expect(asked.requests.first?.headers.contains("authorization") == false)
        }
    }

    @Test func `a wrong credential reaches no service`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            let stranger = try door.bearer(.owner, in: door.otherTenant)
            let visitor = try await door.problem(try await door.send(["Authorization": stranger]))
            #expect(visitor.status == 401)
            #expect(visitor.code == "token_wrong_tenant")
            for wrong in ["Basic YTpi", "Bearer", "Bearer a.b.c", "Bearer " + String(repeating: "x", count: 9000)] {
                let problem = try await door.problem(try await door.send(["Authorization": wrong]))
                #expect(problem.status == 401)
                #expect(problem.code == "invalid_token")
            }
            let own = try door.bearer(.owner)
            var doubled: HTTPHeaders = ["Authorization": own]
            doubled.add("Authorization", own)
            #expect(try await door.send(doubled).status == 401)
            #expect(asked.requests.isEmpty)
        }
    }

    @Test func `a session that was signed out is refused from then on`() async throws {
        try await DoorUnderTest.with { door async throws in
            let session = SessionID.make()
            let bearer = try door.bearer(.agent, session: session)
            #expect(try await door.send(["Authorization": bearer]).status == 200)
            door.revoke(session)
            let problem = try await door.problem(try await door.send(["Authorization": bearer]))
            #expect(problem.code == "token_revoked")
        }
    }

    @Test(arguments: [
        "nobody.localhost", "localhost", "app.localhost", "gone.localhost", "acme.example.com", "127.0.0.1",
        "acme.localhost.evil.org", "a.acme.localhost",
    ])
    func `a host that is no tenant's has one constant answer`(host: String) async throws {
        try await DoorUnderTest.with { door async throws in
            let problem = try await door.problem(try await door.send(.get, "/api/v1/calls", host: host))
            #expect(problem.status == 404)
            #expect(problem.code == "not_found")
            #expect(problem.detail == "There is no such thing here.")
        }
    }

    @Test func `before the feed is heard an unknown host may be a tenant that the data folder does not have yet`()
        async throws
    {
        try await DoorUnderTest.with(isCurrent: false) { door async throws in
            let answer = try await door.send(.get, "/api/v1/calls", host: "newest.localhost")
            #expect(answer.headers["retry-after"] == "1")
            #expect(try await door.problem(answer).status == 503)
            #expect(try await door.send(.get, "/api/v1/calls").status == 200)
        }
    }

    @Test func `a tenant's own domain is the tenant's`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            #expect(try await door.send(.get, "/api/v1/calls", host: "Calls.Acme.Example:443").status == 200)
            #expect(asked.requests.first?.headers["x-switchboard-tenant"] == door.tenant.description)
        }
    }

    @Test func `an unknown path is 404 for every method, and a refused one 400`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            for method: HTTPMethod in [.get, .post, .put, .patch, .delete, .options] {
                #expect(try await door.send(method, "/nothing").status == 404)
                #expect(try await door.send(method, "/internal/changes").status == 404)
                #expect(try await door.send(method, "/api/v1/%2e%2e/internal").status == 400)
                #expect(try await door.send(method, "/api/v1/calls%2fx").status == 400)
            }
            #expect(asked.requests.isEmpty)
        }
    }

    @Test func `no log line tells a token or a body`() async throws {
        try await DoorUnderTest.with { door async throws in
            let bearer = try door.bearer(.owner)
            _ = try await door.send(
                .post, "/api/v1/calls?search=planted-query",
                ["Authorization": bearer, "Content-Type": "application/json"],
                body: .bytes(Array("planted-body".utf8)))
            _ = try await door.send(["Authorization": "Bearer planted.token.here"])
            let log = door.log.text
            #expect(log.contains("Request answered"))
            #expect(!log.contains(bearer.dropFirst(7)))
            for secret in ["planted", DoorUnderTest.gatewayToken] { #expect(!log.contains(secret)) }
        }
    }
}

extension DoorUnderTest {
    /// A GET with these fields.
    func send(_ headers: HTTPHeaders) async throws -> HTTPClientResponse {
        try await send(.get, "/api/v1/calls", headers)
    }
}
