import HTTP
import HTTPClient
import Testing

@testable import Gateway

@Suite struct CrossOriginTests {
    private static let site = "https://www.acme.example"
    private static let visitorPaths = ["/api/v1/widgets/x", "/api/v1/chat/x", "/api/v1/booking/x"]

    private static func preflight(
        _ door: DoorUnderTest, _ path: String, origin: String = site
    ) async throws -> HTTPClientResponse {
        try await door.send(
            .options, path,
            headers: [
                "Origin": origin, "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            ])
    }

    private static func corsFields(_ answer: HTTPClientResponse) -> [String] {
        answer.headers.map { $0.name.lowercased() }.filter { $0.hasPrefix("access-control-") }
    }

    @Test func `a tenant's web site may call what visitors may, and no service hears of the preflight`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            door.allow([Self.site])
            for path in Self.visitorPaths {
                let answer = try await Self.preflight(door, path)
                #expect(answer.status == 204)
                #expect(answer.headers.all(named: "access-control-allow-origin") == [Self.site])
                #expect(answer.headers["access-control-allow-methods"]?.contains("POST") == true)
                #expect(answer.headers["access-control-allow-headers"]?.contains("Idempotency-Key") == true)
                #expect(answer.headers["access-control-max-age"] == "600")
                #expect(answer.headers["access-control-allow-credentials"] == nil)
                #expect(answer.headers.all(named: "vary").joined(separator: ",").contains("Origin"))
            }
            #expect(asked.requests.isEmpty)
        }
    }

    @Test(arguments: [
        "https://www.acme.example.evil.example", "https://acme.example", "http://www.acme.example",
        "https://www.acme.example:8443", "https://WWW.acme.example", "null", "", "https://www.acme.example ",
    ])
    func `any other web site gets no leave`(origin: String) async throws {
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(
                status: 200,
                headers: ["Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"])
        }) { door async throws in
            door.allow(["https://other.example", "https://www.acme.example"].filter { $0 != origin })
            // Blanks around a value are no part of it.
            guard origin.last != " " else { return }
            let answer = try await Self.preflight(door, "/api/v1/widgets/x", origin: origin)
            #expect(answer.status == 204)
            #expect(Self.corsFields(answer).isEmpty)
            #expect(answer.headers.all(named: "vary").joined(separator: ",").contains("Origin"))
            let actual = try await door.send(.get, "/api/v1/widgets/x", headers: ["Origin": origin])
            #expect(actual.status == 200)
            #expect(Self.corsFields(actual).isEmpty)
        }
    }

    @Test func `an answer says who may read it, an error as well`() async throws {
        for status in [200, 404, 429, 500] {
            try await DoorUnderTest.with(service: { _ in HTTPResponse(status: status) }) { door async throws in
                door.allow([Self.site])
                let answer = try await door.send(.get, "/api/v1/widgets/x", headers: ["Origin": Self.site])
                #expect(answer.status == status)
                #expect(answer.headers.all(named: "access-control-allow-origin") == [Self.site])
                #expect(answer.headers["access-control-expose-headers"]?.contains("X-Request-ID") == true)
                #expect(answer.headers["cross-origin-resource-policy"] == "cross-origin")
            }
        }
    }

    @Test func `origins are one tenant's, and may be taken back`() async throws {
        try await DoorUnderTest.with { door async throws in
            door.allow([Self.site])
            let other = try await door.send(
                .get, "/api/v1/widgets/x", host: "globex.localhost:8080", ["Origin": Self.site])
            #expect(Self.corsFields(other).isEmpty)
            door.allow([])
            let late = try await door.send(.get, "/api/v1/widgets/x", headers: ["Origin": Self.site])
            #expect(Self.corsFields(late).isEmpty)
        }
    }

    @Test(arguments: ["/api/v1/calls", "/api/v1/auth/login", "/api/v1/sessions", "/.well-known/jwks.json"])
    func `the rest of the API has no cross-origin callers`(path: String) async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler(HTTPResponse(status: 405))) { door async throws in
            door.allow([Self.site])
            let answer = try await Self.preflight(door, path)
            #expect(answer.status == 405)
            #expect(Self.corsFields(answer).isEmpty)
            #expect(asked.requests.count == 1)
        }
    }
}

extension DoorUnderTest {
    /// The same with the tenant's usual host.
    func send(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders, body: HTTPClientRequest.Body = .empty
    ) async throws -> HTTPClientResponse {
        try await send(method, target, host: "acme.localhost:8080", headers, body: body)
    }
}
