import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct InvitationTests {
    private func invite(
        _ world: TenancyWorld, _ email: String, _ role: String = "agent", by user: User
    ) async throws -> HTTPResponse {
        try await world.send(
            .post, "/api/v1/invitations", as: .person(user.id, user.role),
            json: ["email": .string(email), "role": .string(role)])
    }

    private func accept(
        _ world: TenancyWorld, _ token: String, in tenant: TenantID? = nil
    ) async throws -> HTTPResponse {
        try await world.send(
            .post, "/api/v1/auth/invitations/accept", as: .anonymous, in: tenant,
            json: ["token": .string(token), "name": "New Person", "password": .string(TenancyWorld.password)])
    }

    @Test func `an invited person sets a password and is signed in`() async throws {
        try await withTenancy { world in
            let owner = try await world.makeUser("boss@acme.example", .owner)
            let made: TenancyAPI.CreatedInvitation = try await invite(world, "New@acme.example", by: owner).decoded()
            #expect(made.url == "http://acme.localhost:8080/accept-invitation#token=\(made.token)")
            let signedIn: TenancyAPI.SignedIn = try await accept(world, made.token).decoded()
            #expect(signedIn.user.email.text == "New@acme.example" && signedIn.user.role == .agent)
            #expect(try await world.signIn("new@acme.example").status == 200)
            #expect(try await world.audited(.invitationCreated) == 1)
            #expect(try await world.audited(.invitationAccepted) == 1)
        }
    }

    @Test func `an invitation works once, whoever comes at the same time`() async throws {
        try await withTenancy { world in
            let owner = try await world.makeUser("boss@acme.example", .owner)
            let made: TenancyAPI.CreatedInvitation = try await invite(world, "new@acme.example", by: owner).decoded()
            let statuses = try await world.together(6) { _ in try await accept(world, made.token).status }
            #expect(statuses.sorted() == [200, 410, 410, 410, 410, 410])
            #expect(try await UserStore(rows: world.rows(world.tenant)).countActive(in: world.tenant) == 2)
        }
    }

    @Test func `an invitation is void elsewhere, later, once revoked and once a newer one was sent`() async throws {
        try await withTenancy { world in
            let owner = try await world.makeUser("boss@acme.example", .owner)
            let first: TenancyAPI.CreatedInvitation = try await invite(world, "new@acme.example", by: owner).decoded()
            #expect(try await accept(world, first.token, in: world.other).problem().code == "invalid_invitation")
            let second: TenancyAPI.CreatedInvitation = try await invite(world, "new@acme.example", by: owner).decoded()
            #expect(try await accept(world, first.token).status == 410)
            let path = "/api/v1/invitations/\(second.id)"
            #expect(try await world.send(.delete, path, as: .user(.owner), in: world.other).status == 404)
            #expect(try await world.send(.delete, path, as: .user(.owner)).status == 204)
            #expect(try await world.send(.delete, path, as: .user(.owner)).status == 404)
            #expect(try await accept(world, second.token).status == 410)
            let third: TenancyAPI.CreatedInvitation = try await invite(world, "new@acme.example", by: owner).decoded()
            try await world.force("UPDATE invitations SET expires_at = now()")
            #expect(try await accept(world, third.token).status == 410)
            #expect(try await accept(world, OpaqueToken.make(.invitation).reveal()).status == 410)
            #expect(try await accept(world, "nonsense").status == 410)
        }
    }

    @Test func `only an owner invites an owner, and nobody a super admin`() async throws {
        try await withTenancy { world in
            let admin = try await world.makeUser("admin@acme.example", .admin)
            let owner = try await world.makeUser("boss@acme.example", .owner)
            #expect(try await invite(world, "x@acme.example", "owner", by: admin).status == 403)
            #expect(try await invite(world, "x@acme.example", "owner", by: owner).status == 201)
            #expect(try await invite(world, "y@acme.example", "super_admin", by: owner).status == 422)
            #expect(try await invite(world, "ADMIN@acme.example", by: owner).problem().code == "email_taken")
            let acting = try await world.send(
                .post, "/api/v1/invitations", as: .impersonating(.owner),
                json: ["email": "z@acme.example", "role": "agent"])
            #expect(acting.status == 403)
        }
    }

    @Test func `the seats of the plan bound users and open invitations together`() async throws {
        try await withTenancy { world in
            let small = TenantID.make()
            // Its owner's invitation takes the first of five seats.
            try await world.makeTenant(small, "small", plan: .starter)
            try world.trust.knowledge.set(small, subdomain: "small")
            let statuses = try await world.together(8) { number in
                try await world.send(
                    .post, "/api/v1/invitations", as: .user(.owner), in: small,
                    json: ["email": .string("\(number)@small.example"), "role": "agent"]
                ).status
            }
            #expect(statuses.sorted() == [201, 201, 201, 201, 409, 409, 409, 409])
            let refused = try await world.send(
                .post, "/api/v1/invitations", as: .user(.owner), in: small,
                json: ["email": "late@small.example", "role": "agent"])
            #expect(try refused.problem().code == "seat_limit_reached")
        }
    }

    @Test func `a plan that became smaller is kept when an invitation is accepted`() async throws {
        try await withTenancy { world in
            let owner = try await world.makeUser("boss@acme.example", .owner)
            let made: TenancyAPI.CreatedInvitation = try await invite(world, "new@acme.example", by: owner).decoded()
            var entitlements = Entitlements.seed(for: .growth)
            entitlements.seats = 1
            _ = try await TenantLifeStore(database: world.rows(world.tenant)).setEntitlements(
                entitlements, of: world.tenant, origin: .operator)
            #expect(try await accept(world, made.token).problem().code == "seat_limit_reached")
            entitlements.seats = 2
            _ = try await TenantLifeStore(database: world.rows(world.tenant)).setEntitlements(
                entitlements, of: world.tenant, origin: .operator)
            #expect(try await accept(world, made.token).status == 200)
        }
    }

    @Test func `a repeated request gives the same token, which the database does not hold`() async throws {
        try await withTenancy { world in
            let owner = try await world.makeUser("boss@acme.example", .owner)
            var answers: [TenancyAPI.CreatedInvitation] = []
            for _ in 0..<2 {
                let response = try await world.send(
                    .post, "/api/v1/invitations", as: .person(owner.id, .owner), headers: ["Idempotency-Key": "once"],
                    json: ["email": "new@acme.example", "role": "agent"])
                #expect(response.status == 201)
                answers.append(try response.decoded())
            }
            #expect(answers[0].token == answers[1].token)
            let kept = try await world.force("SELECT encode(body, 'escape') FROM idempotency_keys")
            #expect(kept.count == 1)
            #expect(kept[0][0]?.contains("sbi_") == false)
            let other = try await world.send(
                .post, "/api/v1/invitations", as: .person(owner.id, .owner), headers: ["Idempotency-Key": "once"],
                json: ["email": "other@acme.example", "role": "agent"])
            #expect(try other.problem().code == "idempotency_key_reused")
        }
    }

    @Test func `the list shows a tenant's own invitations, without tokens`() async throws {
        try await withTenancy { world in
            let response = try await world.send(.get, "/api/v1/invitations", as: .user(.admin))
            let page: Page<TenancyAPI.Invitation> = try response.decoded()
            #expect(page.total == 1)
            #expect(page.data.map(\.email.text) == ["owner@acme.example"])
            #expect(!response.text.contains("sbi_"))
        }
    }
}
