import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct InvitationResendTests {
    private func invite(
        _ world: TenancyWorld, _ email: String, _ extra: [JSONValue.Member] = []
    ) async throws -> TenancyAPI.CreatedInvitation {
        let answer = try await world.send(
            .post, "/api/v1/invitations", as: .user(.owner),
            json: .object([.init("email", .string(email)), .init("role", "agent")] + extra))
        #expect(answer.status == 201, "\(answer.text)")
        return try answer.decoded()
    }

    private func resend(
        _ world: TenancyWorld, _ id: InvitationID, as caller: TestCaller = .user(.admin), _ body: JSONValue = [:]
    ) async throws -> HTTPResponse {
        try await world.send(.post, "/api/v1/invitations/\(id)/resend", as: caller, json: body)
    }

    private func accept(_ world: TenancyWorld, _ token: String) async throws -> Int {
        try await world.send(
            .post, "/api/v1/auth/invitations/accept", as: .anonymous,
            json: ["token": .string(token), "name": "New Person", "password": .string(TenancyWorld.password)]
        ).status
    }

    private func shown(_ world: TenancyWorld, _ id: InvitationID) async throws -> TenancyAPI.Invitation {
        try await world.decoded(.get, "/api/v1/invitations/\(id)", as: .user(.admin))
    }

    @Test func `an invitation is sent again with another link, not twice in a minute`() async throws {
        try await withTenancy { world in
            let first = try await invite(world, "new@acme.example")
            let early = try await resend(world, first.id)
            #expect(early.status == 429 && early.headers["Retry-After"] != nil)
            try await world.force("UPDATE invitations SET sent_at = now() - interval '2 minutes'")
            let second: TenancyAPI.CreatedInvitation = try await resend(world, first.id, ["expires_in_days": 30])
                .decoded()
            #expect(second.id == first.id && second.token != first.token && second.expiresAt > first.expiresAt)
            #expect(try await world.letters().map(\.kind) == [.invitation, .invitation])
            #expect(try await world.letters().last?.url == second.url)
            #expect(try await accept(world, first.token) == 410)
            #expect(try await accept(world, second.token) == 200)
            #expect(try await resend(world, first.id).status == 409)
            #expect(try await shown(world, first.id).status == .accepted)
            #expect(try await world.audited(.invitationSent) == 1)
            #expect(try await resend(world, .make()).status == 404)
        }
    }

    @Test func `a link can be copied at any time, without a letter`() async throws {
        try await withTenancy { world in
            let made = try await invite(world, "new@acme.example", [.init("delivery", "link")])
            #expect(try await world.letters().isEmpty)
            #expect(try await shown(world, made.id).letter == .none)
            let copied: TenancyAPI.CreatedInvitation = try await resend(world, made.id, ["delivery": "link"]).decoded()
            #expect(try await world.letters().isEmpty)
            #expect(copied.url.hasSuffix("accept-invitation#token=\(copied.token)"))
            #expect(try await accept(world, made.token) == 410)
            #expect(try await accept(world, copied.token) == 200)
        }
    }

    @Test func `an expired invitation comes back with a link, while there is a seat`() async throws {
        try await withTenancy { world in
            let made = try await invite(world, "new@acme.example", [.init("expires_in_days", 1)])
            try await world.force(
                "UPDATE invitations SET expires_at = now(), sent_at = now() - interval '2 days' WHERE id = '\(made.id)'"
            )
            #expect(try await shown(world, made.id).status == .expired)
            var entitlements = Entitlements.seed(for: .growth)
            entitlements.seats = 1
            let life = TenantLifeStore(database: world.rows(world.tenant))
            _ = try await life.setEntitlements(entitlements, of: world.tenant, origin: .operator)
            #expect(try await resend(world, made.id).problem().code == "seat_limit_reached")
            entitlements.seats = 2
            _ = try await life.setEntitlements(entitlements, of: world.tenant, origin: .operator)
            let again: TenancyAPI.CreatedInvitation = try await resend(world, made.id).decoded()
            #expect(try await shown(world, made.id).status == .pending)
            #expect(try await accept(world, again.token) == 200)
            let refused = try await world.send(
                .post, "/api/v1/invitations", as: .user(.owner),
                json: ["email": "x@acme.example", "role": "agent", "expires_in_days": 31])
            #expect(try refused.problem().errors.map(\.pointer) == ["/expires_in_days"])
        }
    }

    @Test func `the state of each is shown and searched for, with what became of its letter`() async throws {
        try await withTenancy { world in
            let pending = try await invite(world, "pending@acme.example")
            let revoked = try await invite(world, "revoked@acme.example", [.init("name", "Rita")])
            let path = "/api/v1/invitations/\(revoked.id)"
            #expect(try await world.send(.delete, path, as: .user(.admin)).status == 204)
            func list(_ query: String) async throws -> [String] {
                let page: Page<TenancyAPI.Invitation> = try await world.decoded(
                    .get, "/api/v1/invitations?\(query)", as: .apiKey([.usersRead]))
                #expect(page.total == page.data.count)
                return page.data.map(\.email.text).sorted()
            }
            // The owner's is the one that was made with the tenant.
            #expect(try await list("status=pending") == ["owner@acme.example", "pending@acme.example"])
            #expect(try await list("status=revoked") == ["revoked@acme.example"])
            #expect(try await list("search=RITA") == ["revoked@acme.example"])
            #expect(try await list("status=expired") == [])
            #expect(try await shown(world, pending.id).letter == .waiting)
            try await world.force("UPDATE jobs SET state = 'dead' WHERE subject_id = '\(pending.id)'")
            #expect(try await shown(world, pending.id).letter == .failed)
            try await world.force("DELETE FROM jobs WHERE subject_id = '\(pending.id)'")
            #expect(try await shown(world, pending.id).letter == .sent)
        }
    }

    @Test func `a letter that the mail server refuses shows at its invitation, until another is sent`() async throws {
        try await withTenancy { world in
            let made = try await invite(world, "typo@acme.example")
            func tell(_ mail: MailID, in tenant: TenantID, by service: ServiceName = .messaging) async throws -> Int {
                let event = EventEnvelope(
                    id: .make(), type: .mailUndelivered, tenantID: tenant, subject: "mail/\(mail)", sequence: 1,
                    occurredAt: .now(), traceparent: nil,
                    data: try JSONText(encoding: InternalAPI.UndeliveredMail(mailID: mail, code: "smtp_550")))
                let request = try world.trust.request(
                    .post, "/internal/events", as: .service(service), in: tenant, json: event)
                return await world.internal(request).status
            }
            func mailID() async throws -> MailID {
                let rows = try await world.force("SELECT mail_id::text FROM invitations WHERE id = '\(made.id)'")
                return try MailID(jsonText: try #require(rows.first?.first ?? nil))
            }
            let first = try await mailID()
            #expect(try await tell(first, in: world.tenant, by: .calls) == 403)
            #expect(try await tell(first, in: world.other) == 204)
            #expect(try await tell(.make(), in: world.tenant) == 204)
            #expect(try await shown(world, made.id).letter == .waiting)
            #expect(try await tell(first, in: world.tenant) == 204)
            let failed = try await shown(world, made.id)
            #expect(failed.letter == .failed && failed.letterError == "smtp_550" && failed.status == .pending)

            try await world.force("UPDATE invitations SET sent_at = now() - interval '2 minutes'")
            #expect(try await resend(world, made.id).status == 200)
            let again = try await shown(world, made.id)
            #expect(again.letter == .waiting && again.letterError == nil)
            // What is said of the letter before is no news of this one.
            #expect(try await tell(first, in: world.tenant) == 204)
            #expect(try await shown(world, made.id).letter == .waiting)
            #expect(try await tell(mailID(), in: world.tenant) == 204)
            #expect(try await shown(world, made.id).letter == .failed)
        }
    }

    @Test func `an owner's invitation is an owner's to see and to end`() async throws {
        try await withTenancy { world in
            let page: Page<TenancyAPI.Invitation> = try await world.decoded(
                .get, "/api/v1/invitations", as: .user(.owner))
            let owners = try #require(page.data.first)
            #expect(owners.role == .owner)
            let path = "/api/v1/invitations/\(owners.id)"
            for caller: TestCaller in [.user(.admin), .apiKey([.usersWrite])] {
                #expect(try await resend(world, owners.id, as: caller, ["delivery": "link"]).status == 403, "\(caller)")
                #expect(try await world.send(.delete, path, as: caller).status == 403, "\(caller)")
            }
            #expect(try await resend(world, owners.id, as: .impersonating(.owner), ["delivery": "link"]).status == 403)
            #expect(try await resend(world, owners.id, as: .user(.agent)).status == 403)
            #expect(try await resend(world, owners.id, as: .user(.owner), ["delivery": "link"]).status == 200)
            let elsewhere = try await world.send(
                .post, "\(path)/resend", as: .user(.owner), in: world.other, json: [:])
            #expect(elsewhere.status == 404)
        }
    }

    @Test func `a super admin sends the first owner another link, until there is an owner`() async throws {
        try await withTenancy { world in
            let root = try await world.platformToken(try await world.makePlatform())
            let path = "/api/v1/platform/tenants/\(world.tenant)/owner-invitation"
            try await world.force(
                "UPDATE invitations SET expires_at = now(), sent_at = now() - interval '8 days' WHERE role = 'owner'")
            let answer = try await world.send(.post, path, token: root, in: .platform, json: [:])
            #expect(answer.status == 200, "\(answer.text)")
            let made: TenancyAPI.CreatedInvitation = try answer.decoded()
            #expect(made.url.hasPrefix("http://acme.localhost:8080/accept-invitation#token="))
            #expect(try await world.letters().last?.url == made.url)
            #expect(try await accept(world, made.token) == 200)
            #expect(try await world.send(.post, path, token: root, in: .platform, json: [:]).status == 409)
            let nowhere = "/api/v1/platform/tenants/\(TenantID.make())/owner-invitation"
            #expect(try await world.send(.post, nowhere, token: root, in: .platform, json: [:]).status == 404)
        }
    }
}
