import HTTP
import HTTPClient
import JSON
import Testing

@testable import Gateway

@Suite struct APIDocumentsTests {
    private static let part = #"{"openapi":"3.1.0","paths":{"/api/v1/things":{}},"components":{"schemas":{"A":{}}}}"#

    @Test func `the whole description is put together from what each service serves, and kept a while`() async throws {
        let asked = Asked()
        let response = HTTPResponse(status: 200, body: .bytes(Array(Self.part.utf8)))
        try await DoorUnderTest.with(service: asked.handler(response)) { door async throws in
            for _ in 0..<3 {
                let answer = try await door.send(.get, "/api/openapi.json")
                #expect(answer.headers["content-type"] == "application/json")
                let value = try JSON.decode(JSONValue.self, from: try await answer.body.collect(upTo: 100_000))
                #expect(value["openapi"] == "3.1.0")
                #expect(value["components"]?["schemas"]?["A"] != nil)
            }
            #expect(asked.requests.count == 6)
            #expect(asked.requests.allSatisfy { $0.headers["x-switchboard-gateway"] == DoorUnderTest.gatewayToken })
        }
    }

    @Test func `the services are asked once, however many want the description at once`() async throws {
        let asked = Asked()
        let response = HTTPResponse(status: 200, body: .bytes(Array(Self.part.utf8)))
        try await DoorUnderTest.with(service: asked.handler(response)) { door async throws in
            async let one = door.send(.get, "/api/openapi.json")
            async let other = door.send(.get, "/api/openapi.json")
            async let third = door.send(.get, "/api/openapi.json")
            let statuses = try await [one.status, other.status, third.status]
            #expect(statuses == [200, 200, 200])
            #expect(asked.requests.count == 6)
        }
    }

    @Test func `a service that has no routes yet is left out`() async throws {
        try await DoorUnderTest.with(service: { _ in HTTPResponse(status: 404) }) { door async throws in
            let answer = try await door.send(.get, "/api/openapi.json")
            let value = try JSON.decode(JSONValue.self, from: try await answer.body.collect(upTo: 100_000))
            #expect(value["paths"] == .object([]))
        }
    }

    @Test func `the page for people runs nothing but its own script`() async throws {
        try await DoorUnderTest.with { door async throws in
            let answer = try await door.send(.get, "/api/docs")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            let policy = try #require(answer.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(try await door.send(.head, "/api/docs").status == 200)
        }
    }

    @Test(arguments: ["/api/openapi.json", "/api/docs"])
    func `the documents are only read`(path: String) async throws {
        try await DoorUnderTest.with { door async throws in
            for method: HTTPMethod in [.post, .put, .patch, .delete, .options] {
                let answer = try await door.send(method, path)
                #expect(answer.status == 405)
                #expect(answer.headers["allow"] == "GET, HEAD")
            }
        }
    }
}
