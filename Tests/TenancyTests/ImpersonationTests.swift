import Auth
import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct ImpersonationTests {
    private func create(
        _ world: TenancyWorld, _ token: String, _ tenant: TenantID? = nil
    ) async throws -> HTTPResponse {
        try await world.send(
            .post, "/api/v1/platform/tenants/\(tenant ?? world.tenant)/impersonations", as: .anonymous, in: .platform,
            headers: ["Authorization": "Bearer \(token)"], json: ["reason": "They asked for help."])
    }

    private func exchange(_ world: TenancyWorld, _ code: String, _ tenant: TenantID? = nil) async throws -> HTTPResponse
    {
        try await world.send(
            .post, "/api/v1/auth/impersonations/exchange", as: .anonymous, in: tenant, json: ["code": .string(code)])
    }

    private func code(_ created: HTTPResponse) throws -> String {
        let made: TenancyAPI.CreatedImpersonation = try created.decoded()
        return String(try #require(made.url.split(separator: "=").last))
    }

    @Test func `an owner who wants to be asked is asked, and agrees for some hours or not`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            let boss = try await world.makeUser("boss@acme.example", .owner)
            let token = try await world.platformToken(root)
            world.trust.knowledge.set(Settings.supportAccess, .approval, of: world.tenant)
            #expect(try await create(world, token).problem().code == "support_approval_required")
            let asked = try await world.send(
                .post, "/api/v1/platform/tenants/\(world.tenant)/support-requests", as: .anonymous, in: .platform,
                headers: ["Authorization": "Bearer \(token)"], json: ["reason": "A call is stuck."])
            #expect(asked.status == 201)
            let request: TenancyAPI.SupportRequest = try asked.decoded()
            #expect(request.state == .waiting && request.reason == "A call is stuck.")
            let letters = try await world.letters()
            #expect(letters.map(\.kind) == [.supportRequested] && letters.first?.to.text == boss.email)
            #expect(try await create(world, token).status == 403)

            let path = "/api/v1/settings/support-requests"
            for caller: TestCaller in [.user(.admin), .user(.agent), .impersonating(.owner)] {
                let status = try await world.send(.post, "\(path)/\(request.id)/approve", as: caller).status
                #expect(status == 403, "\(caller)")
            }
            #expect(
                try await world.send(.post, "\(path)/\(request.id)/approve", as: .user(.owner), in: world.other).status
                    == 404)
            let owner = try await world.token(of: boss)
            #expect(try await world.post("\(path)/\(request.id)/approve", owner, ["hours": 100]).status == 422)
            let agreed: TenancyAPI.SupportRequest = try await world.post(
                "\(path)/\(request.id)/approve", owner, ["hours": 2]
            ).decoded()
            #expect(agreed.state == .approved && agreed.decidedBy == boss.id)
            #expect(try await create(world, token).status == 201)
            #expect(try await world.send(.post, "\(path)/\(request.id)/approve", token: owner).status == 404)
            // What was agreed to can be taken back, and ends by itself.
            let refused: TenancyAPI.SupportRequest = try await world.send(
                .post, "\(path)/\(request.id)/refuse", token: owner
            ).decoded()
            #expect(refused.state == .refused)
            #expect(try await create(world, token).status == 403)
            let listed: Page<TenancyAPI.SupportRequest> = try await world.send(.get, path, token: owner).decoded()
            #expect(listed.data.map(\.id) == [request.id])
            #expect(try await world.audited(.supportApproved) == 1)
            #expect(try await world.audited(.supportRefused, in: .platform) == 1)
        }
    }

    @Test func `a super admin acts as a tenant's owner, and the log shows both`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            let owner = try await world.makeUser("boss@acme.example", .owner)
            let token = try await world.platformToken(root)
            let created = try await create(world, token)
            #expect(created.status == 201)
            let made: TenancyAPI.CreatedImpersonation = try created.decoded()
            #expect(made.url.hasPrefix("http://acme.localhost:8080/impersonate#token=sbx_") && made.userID == owner.id)
            let signedIn: TenancyAPI.SignedIn = try await exchange(world, try code(created)).decoded()
            #expect(signedIn.refreshToken == nil && signedIn.user.id == owner.id && signedIn.expiresIn == 1800)
            let users = try await world.send(.get, "/api/v1/users", token: signedIn.accessToken)
            #expect(users.status == 200)
            // What contacts, pays or makes keys is closed.
            let key = try await world.send(
                .post, "/api/v1/api-keys", as: .anonymous,
                headers: ["Authorization": "Bearer \(signedIn.accessToken)"],
                json: ["name": "x", "scopes": ["calls.read"]])
            #expect(key.status == 403)
            let log = try await AuditStore(rows: world.rows(world.tenant)).list(
                AuditFilter(action: "impersonation.begun", subject: nil), .newest, in: world.tenant)
            #expect(log.first?.actorID == owner.id.uuid && log.first?.impersonator != nil)
            #expect(try await world.audited(.impersonationCreated, in: .platform) == 1)
            // Signing out ends it.
            let before = try await world.newestChange()
            let out = try await world.send(.post, "/api/v1/auth/logout", token: signedIn.accessToken)
            #expect(out.status == 204)
            #expect(try await world.changes(after: before).map(\.kind) == [.revokedSession])
        }
    }

    @Test func `a code works once, at its own tenant, for a minute`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            try await world.makeUser("boss@acme.example", .owner)
            try await world.makeUser("boss@globex.example", .owner, in: world.other)
            let token = try await world.platformToken(root)
            let first = try code(try await create(world, token))
            #expect(try await exchange(world, first, world.other).status == 401)
            let statuses = try await world.together(5) { _ in try await exchange(world, first).status }
            #expect(statuses.sorted() == [200, 401, 401, 401, 401])
            let second = try code(try await create(world, token))
            try await world.force("UPDATE impersonations SET expires_at = now() WHERE used_at IS NULL")
            #expect(try await exchange(world, second).status == 401)
            #expect(try await exchange(world, "sbx_nothing").status == 401)
        }
    }

    @Test func `nobody acts as a tenant that has no owner or is not active, or without a fresh proof`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            let token = try await world.platformToken(root)
            #expect(try await create(world, token).status == 409)
            #expect(try await create(world, token, .make()).status == 404)
            #expect(try await create(world, token, .platform).status == 404)
            try await world.makeUser("boss@acme.example", .owner)
            #expect(try await create(world, token).status == 201)
            try await world.force("UPDATE sessions SET authenticated_at = now() - interval '11 minutes'")
            #expect(try await create(world, token).problem().code == "reauthentication_required")
            _ = try await TenantLifeStore(database: world.rows(world.tenant)).suspend(world.tenant, origin: .operator)
            #expect(try await create(world, token).status == 409)
        }
    }
}
