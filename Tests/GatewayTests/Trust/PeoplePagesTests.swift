import HTTP
import HTTPClient
import Models
import Testing

@testable import Gateway

@Suite struct PeoplePagesTests {
    private static let browser: HTTPHeaders = ["Accept": "text/html,application/xhtml+xml,*/*;q=0.8"]

    private static func page(_ answer: HTTPClientResponse) async throws -> String {
        #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
        #expect(answer.headers["content-security-policy"]?.contains("default-src 'none'") == true)
        #expect(answer.headers["x-frame-options"] == "DENY")
        return String(decoding: try await answer.body.collect(upTo: 65_536), as: UTF8.self)
    }

    @Test func `a person who opens an address of nobody sees one constant page`() async throws {
        try await DoorUnderTest.with { door async throws in
            var pages: Set<String> = []
            for host in ["nobody.localhost", "gone.localhost", "app.localhost", "a.example", "localhost"] {
                for path in ["/", "/api/v1/calls", "/console/x"] {
                    let answer = try await door.send(.get, path, host: host, Self.browser)
                    #expect(answer.status == 404)
                    pages.insert(try await Self.page(answer))
                }
            }
            #expect(pages.count == 1)
            let software = try await door.send(.get, "/", host: "nobody.localhost", ["Accept": "*/*"])
            #expect(try await door.problem(software).code == "not_found")
            let write = try await door.send(.post, "/", host: "nobody.localhost", Self.browser)
            #expect(try await door.problem(write).code == "not_found")
        }
    }

    @Test func `a suspended tenant's visitors are turned away, and a person is told`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            try door.suspend()
            for path in ["/api/v1/widgets/x", "/api/v1/booking/x", "/api/v1/events"] {
                let problem = try await door.problem(try await door.send(.get, path))
                #expect(problem.status == 403)
                #expect(problem.code == "tenant_suspended")
            }
            let answer = try await door.send(.get, "/", headers: Self.browser)
            #expect(answer.status == 403)
            #expect(try await Self.page(answer).contains("suspended"))
            #expect(asked.requests.isEmpty)
        }
    }

    @Test(arguments: [
        "/api/v1/auth/login", "/api/v1/invoices", "/api/v1/subscriptions", "/.well-known/jwks.json",
        "/hooks/calls/twilio/x",
    ])
    func `what stays open to a suspended tenant goes on to its service`(path: String) async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            try door.suspend()
            #expect(try await door.send(.post, path).status == 200)
            #expect(asked.requests.count == 1)
        }
    }

    @Test func `a service's refusal for a suspended tenant is a page for a person`() async throws {
        try await DoorUnderTest.with(service: { _ in HTTPResponse(status: 403) }) { door async throws in
            try door.suspend()
            let answer = try await door.send(.get, "/api/v1/calls", headers: Self.browser)
            #expect(try await Self.page(answer).contains("suspended"))
        }
    }

    @Test(arguments: [
        ("text/html", true), ("TEXT/HTML", true), ("application/json, text/html;q=0.5", true), ("text/html;q=0", false),
        ("text/html; q=0.000", false), ("*/*", false), ("text/*", false), ("application/json", false),
    ])
    func `a page is for who names one`(accept: String, wanted: Bool) async throws {
        try await DoorUnderTest.with { door async throws in
            let answer = try await door.send(.get, "/", host: "nobody.localhost", ["Accept": accept])
            #expect((answer.headers["content-type"] == "text/html; charset=utf-8") == wanted)
        }
    }
}
