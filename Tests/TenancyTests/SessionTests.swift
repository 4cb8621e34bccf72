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
