import Auth
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct SuperAdminTests {
    private static let path = "/api/v1/platform/super-admins"

    private func send(
        _ world: TenancyWorld, _ method: HTTPMethod, _ path: String, _ token: String, _ body: JSONValue
    ) async throws -> HTTPResponse {
        try await world.send(
            method, path, as: .anonymous, in: .platform, headers: ["Authorization": "Bearer \(token)"], json: body)
    }

    /// Invites a super admin and lets them accept; the access token of their first session.
    private func join(
        _ world: TenancyWorld, _ token: String, _ email: String, _ areas: JSONValue?
    ) async throws -> TenancyAPI.SignedIn {
        var members: [JSONValue.Member] = [.init("email", .string(email)), .init("name", "Second")]
        if let areas { members.append(.init("areas", areas)) }
        let invited: TenancyAPI.CreatedInvitation = try await send(world, .post, Self.path, token, .object(members))
            .decoded()
        #expect(invited.url.hasPrefix("http://admin.localhost:8080/accept-invitation#token=sbi_"))
        return try await world.send(
            .post, "/api/v1/auth/invitations/accept", as: .anonymous, in: .platform,
            json: [
                "token": .string(invited.token), "name": "Second", "password": .string(TenancyWorld.password + " 2"),
            ]
        ).decoded()
    }

    @Test func `a super admin works in the areas that were given, and every process learns of a change`() async throws {
        try await withTenancy { world in
            let root = try await world.platformToken(try await world.makePlatform())
            let second = try await join(world, root, "two@example.com", ["tenants", "audit"])
            let (token, id) = (second.accessToken, second.user.id)
            #expect(second.user.role == .superAdmin)
            func status(_ path: String) async throws -> Int {
                try await world.send(.get, "/api/v1/platform/\(path)", token: token, in: .platform).status
            }
            #expect(try await status("tenants") == 200)
            #expect(try await status("audit") == 200)
            #expect(try await status("super-admins") == 403)
            #expect(try await status("settings/features") == 403)
            let page: Page<TenancyAPI.SuperAdmin> = try await world.send(
                .get, Self.path, token: root, in: .platform
            ).decoded()
            #expect(page.data.map(\.areas) == [[.tenants, .audit], PlatformArea.allCases])
            let before = try await world.newestChange()
            let changed: TenancyAPI.SuperAdmin = try await send(
                world, .patch, "\(Self.path)/\(id)", root, ["areas": ["operation"]]
            ).decoded()
            #expect(changed.areas == [.operation])
            #expect(try await world.changes(after: before).map(\.kind) == [.userVersion])
            // What they do from now on, and what they did before, is found by their id.
            let answer = try await world.send(
                .get, "/api/v1/platform/audit?actor=\(id)", token: root, in: .platform)
            #expect(answer.status == 200, "\(answer.text)")
            let log: Page<TenancyAPI.AuditEntry> = try answer.decoded()
            #expect(log.data.map(\.action) == ["invitation.accepted"] && log.total == 1)
        }
    }

    @Test func `nobody gives what they do not have, and nobody without a fresh proof`() async throws {
        try await withTenancy { world in
            let root = try await world.platformToken(try await world.makePlatform())
            let second = try await join(world, root, "two@example.com", ["administrators"])
            let path = "\(Self.path)/\(second.user.id)"
            let raised = try await send(
                world, .patch, path, second.accessToken, ["areas": ["administrators", "tenants"]])
            #expect(raised.status == 403)
            let all = try await send(
                world, .post, Self.path, second.accessToken, ["email": "three@example.com", "name": "Third"])
            #expect(all.status == 403)
            try await world.force("UPDATE sessions SET authenticated_at = now() - interval '11 minutes'")
            let stale = try await send(world, .patch, path, root, ["areas": ["tenants"]])
            #expect(try stale.problem().code == "reauthentication_required")
            #expect(try await world.audited(.areasSet, in: .platform) == 0)
        }
    }

    @Test func `the last super admin who can let others in stays, also when two go at once`() async throws {
        try await withTenancy { world in
            let root = try await world.platformToken(try await world.makePlatform())
            let mine = try #require(
                try await UserStore(rows: world.rows(.platform)).credentials(
                    email: .sample("root@example.com"), in: .platform)
            ).user.id
            let auditor = try await join(world, root, "two@example.com", ["audit"])
            #expect(try await world.send(.delete, "\(Self.path)/\(mine)", token: root, in: .platform).status == 409)
            #expect(try await send(world, .patch, "\(Self.path)/\(mine)", root, ["areas": ["audit"]]).status == 409)
            let gone = try await world.send(
                .delete, "\(Self.path)/\(auditor.user.id)", token: root, in: .platform)
            #expect(gone.status == 204)
            #expect(try await world.signIn("two@example.com", "a long enough password 2", in: .platform).status == 401)
            let third = try await join(world, root, "three@example.com", nil)
            let store = SuperAdminLifeStore(database: world.rows(.platform))
            let targets = [mine, third.user.id]
            let kept = try await world.together(2) { number in
                do {
                    return try await !store.remove(targets[number], origin: .operator)
                } catch let failure as Failure { return failure.code == .conflict }
            }
            #expect(kept.sorted { !$0 && $1 } == [false, true])
            #expect(try await world.audited(.superAdminRemoved, in: .platform) == 2)
        }
    }
}
