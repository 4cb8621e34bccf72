import HTTP
import HTTPClient
import Models
import Testing

@testable import Gateway

@Suite struct BodyTypeTests {
    @Test func `every row with types of its own is a row of the route table`() {
        let templates = Set(RouteTable.rows.map(\.template))
        for template in BodyTypes.templates { #expect(templates.contains(template)) }
    }

    /// A path, the type of a body, and whether it goes on.
    @Test(arguments: [
        ("/api/v1/calls", "application/json", true), ("/api/v1/calls", "application/json; charset=utf-8", true),
        ("/api/v1/calls", "APPLICATION/JSON", true), ("/api/v1/calls", "application/merge-patch+json", true),
        ("/api/v1/calls", "text/csv", true), ("/api/v1/leads/import", "multipart/form-data; boundary=x", true),
        ("/api/v1/calls", "text/plain", false), ("/api/v1/calls", "", false),
        ("/api/v1/calls", "application/x-www-form-urlencoded", false), ("/api/v1/calls", "application/jsonp", false),
        ("/api/v1/auth/login", "text/plain", false), ("/api/v1/auth/login", "multipart/form-data", false),
        ("/api/v1/widgets/x", "text/plain", false), ("/api/v1/widgets/x", "application/json", true),
        ("/api/v1/users", "text/csv", false), ("/api/v1/calls/x/recording", "audio/wav", true),
        ("/hooks/calls/twilio/x", "application/x-www-form-urlencoded", true), ("/hooks/calls/twilio/x", "", true),
    ])
    func `a body is of a type that the route takes, or goes nowhere`(path: String, type: String, passes: Bool)
        async throws
    {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            let headers: HTTPHeaders = type.isEmpty ? [:] : ["Content-Type": type]
            let answer = try await door.send(.post, path, headers: headers, body: .bytes(Array("{}".utf8)))
            #expect(asked.requests.count == (passes ? 1 : 0))
            if passes {
                #expect(answer.status == 200)
            } else {
                #expect(answer.headers["accept"]?.contains("application/json") == true)
                let problem = try await door.problem(answer)
                #expect(problem.status == 415)
                #expect(problem.code == "unsupported_media_type")
            }
        }
    }

    @Test func `two types are none`() async throws {
        try await DoorUnderTest.with { door async throws in
            let headers: HTTPHeaders = ["Content-Type": "application/json; a=b", "content-type": "text/plain"]
            #expect(try await door.send(.post, "/api/v1/calls", headers: headers, body: .bytes([1])).status == 415)
        }
    }

    @Test(arguments: ["gzip", "br", "identity, gzip", "deflate"])
    func `a compressed body is refused but where a provider signed it`(coding: String) async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            let headers: HTTPHeaders = ["Content-Type": "application/json", "Content-Encoding": coding]
            for path in ["/api/v1/calls", "/api/v1/auth/login", "/api/v1/calls/x/recording"] {
                let answer = try await door.send(.post, path, headers: headers, body: .bytes([1]))
                #expect(answer.status == 415)
            }
            #expect(asked.requests.isEmpty)
            #expect(
                try await door.send(.post, "/hooks/calls/retell/x", headers: headers, body: .bytes([1])).status == 200)
            let plain: HTTPHeaders = ["Content-Type": "application/json", "Content-Encoding": "identity"]
            #expect(try await door.send(.post, "/api/v1/calls", headers: plain, body: .bytes([1])).status == 200)
        }
    }

    @Test func `a request without a body needs no type`() async throws {
        try await DoorUnderTest.with { door async throws in
            for method: HTTPMethod in [.get, .post, .put, .delete] {
                #expect(try await door.send(method, "/api/v1/calls").status == 200)
            }
        }
    }
}
