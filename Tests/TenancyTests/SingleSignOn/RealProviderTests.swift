import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

/// Single sign-on at a provider that others wrote.
@Suite(
    .enabled(if: RealProvider.interpreter != nil, "needs OIDC_PROVIDER_PYTHON with oidc-provider-mock"),
    .timeLimit(.minutes(20)))
struct RealProviderTests {
    private func end(_ world: TenancyWorld, _ location: String, _ cookie: String) async throws -> String? {
        let callback = "http://acme.localhost:8080/api/v1/auth/sso/callback?"
        #expect(location.hasPrefix(callback))
        let query = String(location.dropFirst(callback.count))
        return try await world.finishSingleSignOn(query, cookie: cookie).headers["Location"]
    }

    @Test func `people come in by its word, get their role by its groups, and stay out when it says no`() async throws {
        try await withTenancy { world in
            let provider = try await RealProvider(world.loop)
            let roles: JSONValue = [["value": "bosses", "role": "admin"]]
            try await world.setUpProvider(
                provider.issuer, provider.settings(["role_claim": "groups", "roles": roles]))
            try await provider.setPerson(
                "ada", ["email": "ada@acme.example", "email_verified": true, "name": "Ada L", "groups": ["bosses"]])
            let first = try await world.startSingleSignOn("?return_to=/calls")
            let back = try await provider.submit(first.url, [("sub", "ada")])
            #expect(try await end(world, back, first.cookie) == "/calls")
            let ada = try #require(try await world.person("ada@acme.example"))
            #expect(ada.role == .admin && ada.name == "Ada L")
            #expect(try await end(world, back, first.cookie) == "/sign-in?sso_error=expired")

            let second = try await world.startSingleSignOn()
            let denied = try await provider.submit(second.url, [("action", "deny")])
            // This provider forgets the state when it says no, as none should.
            #expect(try await end(world, denied, second.cookie)?.hasPrefix("/sign-in?sso_error=") == true)

            try await provider.setPerson("eve", ["email": "eve@evil.example", "email_verified": true])
            let third = try await world.startSingleSignOn()
            let foreign = try await provider.submit(third.url, [("sub", "eve")])
            #expect(try await end(world, foreign, third.cookie) == "/sign-in?sso_error=wrong_domain")
            #expect(try await world.force("SELECT count(*) FROM users") == [["1"]])
            await provider.stop()
        }
    }

    @Test func `its check is right with its client, and says what is wrong with another`() async throws {
        try await withTenancy { world in
            let provider = try await RealProvider(world.loop)
            try await world.makeUser("boss@acme.example", .owner)
            func check() async throws -> TenancyAPI.SingleSignOnCheck {
                try await world.send(.post, "/api/v1/settings/sso/check", as: .user(.owner)).decoded()
            }
            try await world.setUpProvider(provider.issuer, provider.settings())
            #expect(try await check().results.map(\.isRight) == [true, true, true])
            try await world.setUpProvider(provider.issuer, provider.settings(["client_secret": "wrong"]))
            let found = try await check()
            #expect(found.results.map(\.isRight) == [true, true, false])
            let (url, cookie) = try await world.startSingleSignOn()
            let back = try await provider.submit(url, [("sub", "ada@acme.example")])
            #expect(try await end(world, back, cookie) == "/sign-in?sso_error=client_refused")
            await provider.stop()
        }
    }
}
