import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct EmailTests {
    private func confirm(_ world: TenancyWorld, _ token: String, in tenant: TenantID? = nil) async throws
        -> HTTPResponse
    {
        try await world.send(
            .post, "/api/v1/auth/email/confirm", as: .anonymous, in: tenant, json: ["token": .string(token)])
    }

    private func change(_ world: TenancyWorld, _ token: String, to email: String) async throws -> HTTPResponse {
        try await world.send(.post, "/api/v1/auth/email/change", token: token, json: ["email": .string(email)])
    }

    private func state(_ world: TenancyWorld, _ token: String) async throws -> TenancyAPI.EmailState {
        try await world.send(.get, "/api/v1/auth/email", token: token).decoded()
    }

    @Test func `a person shows that their address is theirs, by a letter's link`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let token = try await world.token(of: ada)
            #expect(try await state(world, token).verifiedAt == nil)
            let path = "/api/v1/auth/email/verification"
            #expect(try await world.send(.post, path, token: token).status == 204)
            let letter = try #require(try await world.letters().last)
            #expect(letter.kind == .emailVerification && letter.to.text == ada.email)
            #expect(letter.url?.hasPrefix("http://acme.localhost:8080/confirm-email#token=sbe_") == true)
            #expect(try await confirm(world, letter.token, in: world.other).status == 410)
            #expect(try await confirm(world, letter.token).status == 200)
            #expect(try await confirm(world, letter.token).status == 410)
            #expect(try await confirm(world, "nonsense").status == 410)
            #expect(try await state(world, token).verifiedAt != nil)
            #expect(try await world.audited(.emailVerified) == 1)
            // Once is enough.
            #expect(try await world.send(.post, path, token: token).status == 204)
            #expect(try await world.letters().count == 1)
        }
    }

    @Test func `another address takes the place once it is confirmed, and the one before is told`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let token = try await world.token(of: ada)
            #expect(try await change(world, token, to: "countess@acme.example").status == 204)
            let letters = try await world.letters()
            #expect(letters.map(\.kind) == [.emailVerification, .emailChangeRequested])
            #expect(letters.map(\.to.text) == ["countess@acme.example", "ada@acme.example"])
            #expect(letters[1].url?.hasPrefix("http://acme.localhost:8080/keep-email#token=sbe_") == true)
            let waiting = try await state(world, token)
            #expect(waiting.email.text == ada.email && waiting.pending?.email.text == "countess@acme.example")
            #expect(try await world.signIn("countess@acme.example").status == 401)

            // A link to a new password that went to the old address must not outlive it.
            let links = PasswordLifeStore(database: world.rows(world.tenant))
            try await links.startReset(
                of: .sample(ada.email), links: InvitationLinks(world.routes.baseURL), mail: world.mail,
                origin: .operator, in: world.tenant)
            let reset = try #require(try await world.letters().last)

            let answer = try await confirm(world, letters[0].token)
            #expect(answer.status == 200, "\(answer.text)")
            let after: TenancyAPI.EmailState = try answer.decoded()
            #expect(after.email.text == "countess@acme.example" && after.verifiedAt != nil && after.pending == nil)
            #expect(try await world.signIn("countess@acme.example").status == 200)
            #expect(try await world.signIn(ada.email).status == 401)
            let notice = try #require(try await world.letters().last)
            #expect(notice.kind == .emailChanged && notice.to.text == ada.email)
            // What is done is not undone by it.
            #expect(try await confirm(world, letters[1].token).status == 410)
            let late = try await world.send(
                .post, "/api/v1/auth/password-resets/accept", as: .anonymous,
                json: ["token": .string(try reset.token), "password": "copper lantern wept quietly"])
            #expect(late.status == 410)
            #expect(try await world.told("user/\(ada.id)") == ["user.updated"])
            for action in [AuditEntry.Action.emailChangeRequested, .emailChanged] {
                #expect(try await world.audited(action) == 1)
            }
        }
    }

    @Test func `a change needs a fresh proof, can be taken back, and the last one counts`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let token = try await world.token(of: ada)
            let unproven = try await world.send(
                .post, "/api/v1/auth/email/change", as: .person(ada.id, .agent), json: ["email": "x@acme.example"])
            #expect(try unproven.problem().code == "reauthentication_required")
            #expect(try await change(world, token, to: ada.email).status == 422)
            #expect(try await change(world, token, to: "nobody").status == 422)
            #expect(try await change(world, token, to: "one@acme.example").status == 204)
            #expect(try await change(world, token, to: "two@acme.example").status == 204)
            let links = try await world.letters().filter { $0.kind == .emailVerification }
            #expect(try await confirm(world, links[0].token).status == 410)
            #expect(try await world.send(.delete, "/api/v1/auth/email/change", token: token).status == 204)
            #expect(try await world.send(.delete, "/api/v1/auth/email/change", token: token).status == 404)
            #expect(try await confirm(world, links[1].token).status == 410)
            #expect(try await world.person(ada.id).email == ada.email)
            #expect(try await world.audited(.emailChangeWithdrawn) == 1)
        }
    }

    @Test func `whoever reads the letters of the present address keeps it by a link, without signing in`() async throws
    {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let token = try await world.token(of: ada)
            #expect(try await change(world, token, to: "one@acme.example").status == 204)
            #expect(try await change(world, token, to: "two@acme.example").status == 204)
            let letters = try await world.letters()
            let notices = letters.filter { $0.kind == .emailChangeRequested }
            #expect(notices.map(\.to.text) == [ada.email, ada.email])
            // Of several letters the last one counts.
            #expect(try await confirm(world, notices[0].token).status == 410)
            let kept: TenancyAPI.EmailState = try await confirm(world, notices[1].token).decoded()
            #expect(kept.email.text == ada.email && kept.pending == nil && kept.verifiedAt == nil)
            for letter in letters where letter.kind == .emailVerification {
                #expect(try await confirm(world, letter.token).status == 410)
            }
            #expect(try await world.person(ada.id).email == ada.email)
            #expect(try await world.audited(.emailChangeWithdrawn) == 1)
            #expect(try await world.signIn(ada.email).status == 200)
        }
    }

    @Test func `whether an address is taken shows to its reader alone, and letters have a bound`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            try await world.makeUser("bob@acme.example")
            let token = try await world.token(of: ada)
            #expect(try await change(world, token, to: "bob@acme.example").status == 204)
            let link = try #require(try await world.letters().first)
            #expect(try await confirm(world, link.token).problem().code == "email_taken")
            #expect(try await world.person(ada.id).email == ada.email)
            for number in 1..<EmailToken.mostInAnHour {
                #expect(try await change(world, token, to: "n\(number)@acme.example").status == 204)
            }
            let over = try await change(world, token, to: "late@acme.example")
            #expect(over.status == 429 && over.headers["Retry-After"] != nil)
        }
    }

    @Test func `a link is void once its person is deactivated, and an hour too late`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let token = try await world.token(of: ada)
            #expect(try await change(world, token, to: "one@acme.example").status == 204)
            let first = try #require(try await world.letters().first)
            try await world.force("UPDATE email_tokens SET expires_at = now()")
            #expect(try await confirm(world, first.token).status == 410)
            #expect(try await change(world, token, to: "two@acme.example").status == 204)
            let second = try #require(try await world.letters().last { $0.kind == .emailVerification })
            let gone = try await world.send(
                .post, "/api/v1/users/\(ada.id)/deactivate", as: try await world.proven(.user(.owner)), json: [:])
            #expect(gone.status == 200)
            #expect(try await confirm(world, second.token).status == 410)
        }
    }

    @Test func `keys, nobody, and whoever acts for a person do not touch an address`() async throws {
        try await withTenancy { world in
            for caller: TestCaller in [.apiKey(Set(Scope.allCases)), .impersonating(.owner)] {
                for path in ["change", "verification"] {
                    let answer = try await world.send(
                        .post, "/api/v1/auth/email/\(path)", as: caller, json: ["email": "x@acme.example"])
                    #expect(answer.status == 403, "\(caller) \(path)")
                }
            }
            #expect(try await world.send(.get, "/api/v1/auth/email", as: .anonymous).status == 401)
        }
    }
}
