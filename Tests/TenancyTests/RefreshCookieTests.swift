import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct RefreshCookieTests {
    private static let login: JSONValue = [
        "email": "a@acme.example", "password": .string(TenancyWorld.password), "cookie": true,
    ]

    /// Signs in as a browser does and gives the cookie's pair.
    private func cookie(_ world: TenancyWorld) async throws -> String {
        try await world.makeUser("a@acme.example")
        let response = try await world.send(.post, "/api/v1/auth/login", as: .anonymous, json: Self.login)
        let signedIn: TenancyAPI.SignedIn = try response.decoded()
        #expect(signedIn.refreshToken == nil)
        let field = try #require(response.headers["Set-Cookie"])
        for attribute in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
            #expect(field.contains("; \(attribute)"))
        }
        #expect(field.hasPrefix("__Host-refresh=sbr_") && !field.contains("Domain"))
        return String(field.prefix { $0 != ";" })
    }

    @Test func `a browser renews its session by the cookie, and gets the next one as a cookie`() async throws {
        try await withTenancy { world in
            let cookie = try await cookie(world)
            let response = try await world.send(
                .post, "/api/v1/auth/refresh", as: .anonymous,
                headers: [
                    "Cookie": "theme=dark; \(cookie)", "Origin": "https://acme.localhost",
                    "Content-Type": "application/json",
                ])
            let signedIn: TenancyAPI.SignedIn = try response.decoded()
            #expect(signedIn.refreshToken == nil)
            let next = try #require(response.headers["Set-Cookie"])
            #expect(next.hasPrefix("__Host-refresh=sbr_") && !next.hasPrefix(cookie))
        }
    }

    @Test func `a request that a page of another host could have made is refused`() async throws {
        try await withTenancy { world in
            let cookie = try await cookie(world)
            let foreign: [HTTPHeaders] = [
                ["Cookie": cookie, "Content-Type": "application/json"],
                ["Cookie": cookie, "Content-Type": "application/json", "Origin": "https://globex.localhost"],
                ["Cookie": cookie, "Content-Type": "application/json", "Origin": "http://acme.localhost"],
                ["Cookie": cookie, "Content-Type": "application/json", "Origin": "null"],
                ["Cookie": cookie, "Content-Type": "text/plain", "Origin": "https://acme.localhost"],
                ["Cookie": cookie, "Origin": "https://acme.localhost"],
            ]
            for headers in foreign {
                let response = try await world.send(.post, "/api/v1/auth/refresh", as: .anonymous, headers: headers)
                #expect(response.status == 403)
            }
            #expect(
                try await world.force("SELECT count(*)::text FROM refresh_tokens WHERE used_at IS NOT NULL") == [["0"]])
        }
    }

    @Test func `over plain HTTP the cookie has the name that browsers take there`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            var request = try world.trust.request(.post, "/api/v1/auth/login", as: .anonymous, json: Self.login)
            request.headers.set("X-Switchboard-Scheme", "http")
            let field = try #require(await world.service(request).headers["Set-Cookie"])
            #expect(field.hasPrefix("refresh=sbr_") && !field.contains("Secure"))
        }
    }
}
