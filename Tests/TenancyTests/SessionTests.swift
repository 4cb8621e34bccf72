import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Tenancy

struct SessionTests {
    private func list(_ world: TenancyWorld, _ token: String) async throws -> [TenancyAPI.Session] {
        let page: Page<TenancyAPI.Session> = try await world.send(.get, "/api/v1/auth/sessions", token: token).decoded()
        return page.data
    }

    @Test func `a person sees their own sessions and ends them`() async throws {
        try await withTenancy { world in
            try await world.makeUser("ada@acme.example")
            try await world.makeUser("bob@acme.example")
            let ada: TenancyAPI.SignedIn = try await world.signIn("ada@acme.example").decoded()
            let phone: TenancyAPI.SignedIn = try await world.send(
                .post, "/api/v1/auth/login", as: .anonymous, headers: ["User-Agent": "Phone/1"],
                json: ["email": "ada@acme.example", "password": .string(TenancyWorld.password)]
            ).decoded()
            let bob: TenancyAPI.SignedIn = try await world.signIn("bob@acme.example").decoded()

            let sessions = try await list(world, ada.accessToken)
            #expect(sessions.count == 2)
            let other = try #require(sessions.first { !$0.isCurrent })
            #expect(other.userAgent == "Phone/1")
            #expect(sessions.count { $0.isCurrent } == 1)

            let path = "/api/v1/auth/sessions/\(other.id)"
            #expect(try await world.send(.delete, path, token: bob.accessToken).status == 404)
            #expect(try await world.send(.delete, path, token: ada.accessToken).status == 204)
            #expect(try await world.send(.delete, path, token: ada.accessToken).status == 404)
            #expect(try await world.refresh(try #require(phone.refreshToken)).status == 401)
            #expect(try await world.refresh(try #require(ada.refreshToken)).status == 200)
            #expect(try await world.audited(.sessionsEnded) == 1)
        }
    }

    @Test func `a session says how and with what the person came in`() async throws {
        try await withTenancy { world in
            try await world.makeUser("ada@acme.example", .owner)
            let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
            _ = try await world.send(
                .post, "/api/v1/auth/login", as: .anonymous, headers: ["User-Agent": firefox],
                json: [
                    "email": "ada@acme.example", "password": .string(TenancyWorld.password), "cookie": true,
                ])
            _ = try await world.withProvider { provider in try await world.singleSignOn(provider) }
            try await world.force(
                """
                INSERT INTO sessions (tenant_id, id, user_id, expires_at, method)
                SELECT tenant_id, gen_random_uuid(), id, now() + interval '1 day', 'impersonation' FROM users
                WHERE email = 'ada@acme.example'
                """)
            let program: TenancyAPI.SignedIn = try await world.signIn("ada@acme.example").decoded()
            let found = Set(
                try await list(world, program.accessToken).map {
                    "\($0.method.rawValue) \($0.client?.rawValue ?? "-") \($0.device ?? "-")"
                })
            #expect(
                found == [
                    "password browser Firefox on Linux", "password api -", "single_sign_on browser -",
                    "impersonation - -",
                ])
        }
    }

    @Test(arguments: [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge on Windows"
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Mobile Safari/604.1",
            "Safari on iPhone"
        ),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl"), ("Something (Macintosh)", "macOS"), ("Something", nil),
    ])
    func `browsers and systems have people's names`(userAgent: String, name: String?) {
        #expect(DeviceName.of(userAgent) == name)
    }

    @Test func `all other sessions end at once, and the feed tells`() async throws {
        try await withTenancy { world in
            try await world.makeUser("ada@acme.example")
            let ada: TenancyAPI.SignedIn = try await world.signIn("ada@acme.example").decoded()
            for _ in 0..<3 { _ = try await world.signIn("ada@acme.example") }
            let position = try await world.newestChange()
            let answer = try await world.send(
                .post, "/api/v1/auth/sessions/revoke-others", token: ada.accessToken)
            #expect(answer.status == 204)
            #expect(try await list(world, ada.accessToken).map(\.isCurrent) == [true])
            let kinds = try await world.changes(after: position).map(\.kind)
            #expect(kinds == [.revokedSession, .revokedSession, .revokedSession])
        }
    }

    @Test func `the session that was used longest ago makes room`() async throws {
        try await withTenancy { world in
            let user = try await world.makeUser("ada@acme.example")
            let first: TenancyAPI.SignedIn = try await world.signIn("ada@acme.example").decoded()
            try await world.force(
                """
                INSERT INTO sessions (tenant_id, id, user_id, expires_at)
                SELECT '\(world.tenant)', gen_random_uuid(), '\(user.id)', now() + interval '1 day'
                FROM generate_series(1, \(SignInStore.mostSessions - 1))
                """)
            try await world.force(
                """
                UPDATE sessions SET last_used_at = now() - interval '1 day' WHERE user_agent IS NULL
                    AND id IN (SELECT session_id FROM refresh_tokens)
                """)
            let last: TenancyAPI.SignedIn = try await world.signIn("ada@acme.example").decoded()
            #expect(try await list(world, last.accessToken).count == SignInStore.mostSessions)
            #expect(try await world.refresh(try #require(first.refreshToken)).status == 401)
        }
    }
}
