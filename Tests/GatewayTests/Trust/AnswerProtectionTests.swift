import HTTP
import HTTPClient
import Models
import Testing

@testable import Gateway

@Suite struct AnswerProtectionTests {
    @Test(arguments: [
        "/api/v1/calls", "/api/v1/calls/x/recording", "/api/v1/widgets/x", "/nothing", "/api/v1/%2e%2e", "/api/docs",
        "/hooks/calls/twilio/x",
    ])
    func `every answer forbids guessing its type`(path: String) async throws {
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(status: 200, headers: ["Content-Type": "audio/wav", "X-Content-Type-Options": "sniff"])
        }) { door async throws in
            for host in ["acme.localhost", "nobody.localhost"] {
                let answer = try await door.send(.get, path, host: host)
                #expect(answer.headers.all(named: "x-content-type-options") == ["nosniff"])
                #expect(answer.headers["cache-control"] != nil)
                #expect(answer.headers["cross-origin-resource-policy"] != nil)
            }
        }
    }

    @Test func `an answer that says nothing of caches is kept by none`() async throws {
        for said: HTTPHeaders in [[:], ["Cache-Control": "private, max-age=5"]] {
            try await DoorUnderTest.with(service: { _ in
                HTTPResponse(status: 200, headers: said)
            }) { door async throws in
                let answer = try await door.send(["Accept": "application/json"])
                #expect(answer.headers.all(named: "cache-control") == [said["cache-control"] ?? "no-store"])
            }
        }
    }

    @Test func `a service's page runs nothing inline and stands in no frame`() async throws {
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(status: 200, headers: ["Content-Type": "text/HTML; charset=utf-8"])
        }) { door async throws in
            door.allow(["https://www.acme.example"])
            let page = try await door.send(.get, "/api/v1/mail/x")
            let policy = try #require(page.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"))
            #expect(page.headers["x-frame-options"] == "DENY")
            #expect(page.headers["referrer-policy"] == "same-origin")
            #expect(page.headers["permissions-policy"]?.contains("geolocation=()") == true)
            #expect(page.headers["cross-origin-opener-policy"] == "same-origin")
            // What a visitor sees may stand on the tenant's own sites.
            let booking = try await door.send(.get, "/api/v1/booking/x")
            #expect(
                booking.headers["content-security-policy"]?.hasSuffix(
                    "frame-ancestors 'self' https://www.acme.example") == true)
            #expect(booking.headers["x-frame-options"] == nil)
        }
    }

    @Test func `a picture that could run a script may not`() async throws {
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(status: 200, headers: ["Content-Type": "image/svg+xml"])
        }) { door async throws in
            let answer = try await door.send()
            #expect(answer.headers["content-security-policy"]?.contains("sandbox") == true)
        }
    }

    @Test(arguments: [500, 501, 502, 503, 504, 507, 599])
    func `what a broken service says of itself stays inside`(status: Int) async throws {
        let trace = "Fatal error in /opt/secret/Store.swift:12: SELECT password" + String(repeating: "x", count: 2000)
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(
                status: status,
                headers: [
                    "Content-Type": "text/plain", "Server": "calls/1.2", "Via": "1.1 inner", "X-Powered-By": "Swift",
                    "X-Runtime": "0.1", "Retry-After": "7",
                ], body: .bytes(Array(trace.utf8)))
        }) { door async throws in
            let answer = try await door.send()
            for name in ["server", "via", "x-powered-by", "x-runtime"] { #expect(answer.headers[name] == nil) }
            let problem = try await door.problem(answer)
            #expect(problem.status >= 500)
            #expect(!problem.detail.contains("secret"))
            if status == 503 { #expect(answer.headers["retry-after"] == "7") }
        }
    }
}
