import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

/// Whom a provider's word lets in, as what, and whom not.
@Suite(.timeLimit(.minutes(20))) struct SingleSignOnPersonTests {
    private func refused(_ word: String) -> String { "/sign-in?sso_error=\(word)" }

    @Test func `only a verified address of the owner's domains counts`() async throws {
        try await withTenancy { world in
            try await world.withProvider(["email_domains": ["acme.example", "acme.test"]]) { provider async throws in
                let cases: [(claims: [String: JSONValue], word: String)] = [
                    (["email_verified": false], "email_unverified"), (["email_verified": "false"], "email_unverified"),
                    (["email_verified": .null], "email_unverified"), (["email_verified": 1], "email_unverified"),
                    (["email": .null], "email_unverified"), (["email": "no address"], "email_unverified"),
                    (["email": "ada@evil.example"], "wrong_domain"),
                    (["email": "ada@evilacme.example"], "wrong_domain"),
                    (["email": "ada@sub.acme.example"], "wrong_domain"),
                    (["email": "ada@acme.example.evil"], "wrong_domain"),
                ]
                for entry in cases {
                    provider.claims = entry.claims
                    #expect(try await world.singleSignOn(provider) == refused(entry.word), "\(entry.claims)")
                }
                #expect(try await world.audited(.singleSignOnRefused) == cases.count)
                provider.claims = ["email": "Ada@ACME.test", "email_verified": "true"]
                #expect(try await world.singleSignOn(provider) == "/")
            }
            try await world.withProvider(["trusts_email": true]) { provider async throws in
                provider.claims = ["email_verified": .null, "sub": "2"]
                #expect(try await world.singleSignOn(provider) == "/")
                provider.claims = ["email_verified": false, "sub": "3"]
                #expect(try await world.singleSignOn(provider) == refused("email_unverified"))
            }
        }
    }

    @Test func `what a token leaves out is asked of the user info, and only there`() async throws {
        try await withTenancy { world in
            try await world.withProvider(["role_claim": "groups", "roles": [["value": "bosses", "role": "admin"]]]) {
                provider async throws in
                provider.discovery["userinfo_endpoint"] = .string("\(provider.issuer)/userinfo")
                provider.claims = ["groups": "people"]
                #expect(try await world.singleSignOn(provider) == "/")
                #expect(provider.userInfoRequests == 0)
                let short: [String: JSONValue] = ["email": .null, "name": .null, "email_verified": .null, "sub": "s2"]
                provider.claims = short
                #expect(try await world.singleSignOn(provider) == refused("provider_failed"))
                let told: [String: JSONValue] = [
                    "sub": "s2", "email": "bob@acme.example", "email_verified": true, "name": "Bob", "groups": "bosses",
                ]
                func tell(_ changes: [String: JSONValue]) {
                    provider.userInfo = .object(told.merging(changes) { $1 }.map { .init($0.key, $0.value) })
                }
                tell(["sub": "s3"])
                #expect(try await world.singleSignOn(provider) == refused("token_refused"))
                tell(["email_verified": false])
                #expect(try await world.singleSignOn(provider) == refused("email_unverified"))
                // The token's word of an address that it does not give counts for nothing.
                provider.claims["email_verified"] = true
                #expect(try await world.singleSignOn(provider) == refused("email_unverified"))
                tell([:])
                #expect(try await world.singleSignOn(provider) == "/")
                let bob = try #require(try await world.person("bob@acme.example"))
                #expect(bob.name == "Bob" && bob.role == .admin)
                // What the token says stays said.
                tell(["email": "eve@acme.example", "groups": "people"])
                provider.claims = ["email": "bob@acme.example", "name": .null, "sub": "s2", "groups": "bosses"]
                #expect(try await world.singleSignOn(provider) == "/")
                #expect(try await world.person("bob@acme.example")?.role == .admin)
                #expect(try await world.person("eve@acme.example") == nil)
            }
        }
    }

    @Test func `a domain claim must name a domain too`() async throws {
        try await withTenancy { world in
            try await world.withProvider(["domain_claim": "hd"]) { provider async throws in
                for (value, isRight): (JSONValue, Bool) in [
                    (.null, false), ("evil.example", false), (true, false), ("ACME.example", true),
                    (["evil.example", "acme.example"], true),
                ] {
                    provider.claims = ["hd": value]
                    let end = try await world.singleSignOn(provider)
                    #expect(end == (isRight ? "/" : refused("wrong_domain")), "\(value)")
                }
            }
        }
    }

    @Test func `roles come from the claim, at each sign-in, and void the tokens of before`() async throws {
        try await withTenancy { world in
            let roles: JSONValue = [["value": "bosses", "role": "admin"], ["value": "people", "role": "agent"]]
            try await world.withProvider(["role_claim": "realm.groups", "roles": roles, "default_role": "absent"]) {
                provider async throws in
                func groups(_ values: JSONValue) { provider.claims["realm"] = ["groups": values] }
                #expect(try await world.singleSignOn(provider) == refused("no_role"))
                groups(["owner", "strangers"])
                #expect(try await world.singleSignOn(provider) == refused("no_role"))
                groups(["people", "bosses"])
                #expect(try await world.singleSignOn(provider) == "/")
                let made = try #require(try await world.person("ada@acme.example"))
                #expect(made.role == .admin)
                groups("people")
                let before = try await world.newestChange()
                #expect(try await world.singleSignOn(provider) == "/")
                let demoted = try #require(try await world.person("ada@acme.example"))
                #expect(demoted.role == .agent && demoted.version == made.version + 1)
                #expect(try await world.changes(after: before).map(\.kind) == [.userVersion])
                #expect(try await world.audited(.userRoleChanged) == 1)
                groups([])
                #expect(try await world.singleSignOn(provider) == refused("no_role"))
                // An owner is neither made nor unmade by a claim.
                try await world.makeUser("boss@acme.example", .owner)
                provider.claims = ["email": "boss@acme.example", "sub": "boss", "realm": ["groups": "people"]]
                #expect(try await world.singleSignOn(provider) == "/")
                #expect(try await world.person("boss@acme.example")?.role == .owner)
            }
        }
    }

    @Test func `somebody who is there is linked by the address, once`() async throws {
        try await withTenancy { world in
            let user = try await world.makeUser("ada@acme.example", .admin)
            try await world.withProvider { provider async throws in
                #expect(try await world.singleSignOn(provider) == "/")
                let found = try #require(try await world.person("ada@acme.example"))
                #expect(found.id == user.id && found.role == .admin && found.version == user.version)
                // Another account at the provider with the address of somebody who has one.
                provider.claims = ["sub": "reassigned"]
                #expect(try await world.singleSignOn(provider) == refused("linked_elsewhere"))
                let path = "/api/v1/users/\(user.id)/single-sign-on"
                #expect(try await world.send(.delete, path, as: .user(.agent)).status == 403)
                let chief = try await world.token("chief@acme.example", .admin)
                #expect(try await world.send(.delete, path, as: .user(.admin)).status == 403)
                #expect(try await world.send(.delete, path, token: chief).status == 204)
                #expect(try await world.send(.delete, path, token: chief).status == 404)
                #expect(try await world.singleSignOn(provider) == "/")
                let boss = try await world.makeUser("boss@acme.example", .owner)
                let bosses = "/api/v1/users/\(boss.id)/single-sign-on"
                #expect(try await world.send(.delete, bosses, as: .user(.admin)).status == 403)
                #expect(try await world.send(.delete, bosses, as: .apiKey([.usersWrite])).status == 403)
            }
        }
    }

    @Test func `without accounts for everybody an invitation is needed, and is used up`() async throws {
        try await withTenancy { world in
            try await world.withProvider(["creates_users": false, "default_role": "absent"]) { provider async throws in
                #expect(try await world.singleSignOn(provider) == refused("not_invited"))
                let invited = try await world.send(
                    .post, "/api/v1/invitations",
                    as: .person(try await world.makeUser("boss@acme.example", .owner).id, .owner),
                    headers: ["Idempotency-Key": "1"], json: ["email": "ADA@acme.example", "role": "owner"])
                #expect(invited.status == 201)
                let invitation: TenancyAPI.CreatedInvitation = try invited.decoded()
                #expect(try await world.singleSignOn(provider) == "/")
                #expect(try await world.person("ada@acme.example")?.role == .owner)
                let late = try await world.send(
                    .post, "/api/v1/auth/invitations/accept", as: .anonymous,
                    json: [
                        "token": .string(invitation.token), "name": "Ada",
                        "password": .string("a long enough password"),
                    ])
                #expect(late.status == 410)
            }
        }
    }

    @Test func `a full plan, a deactivated person and a suspended tenant let nobody in`() async throws {
        try await withTenancy { world in
            try await world.withProvider { provider async throws in
                try await world.force("UPDATE entitlements SET document = jsonb_set(document, '{seats}', '0')")
                #expect(try await world.singleSignOn(provider) == refused("no_seat"))
                #expect(try await world.person("ada@acme.example") == nil)
                try await world.force("UPDATE entitlements SET document = jsonb_set(document, '{seats}', '9')")
                #expect(try await world.singleSignOn(provider) == "/")
                try world.trust.knowledge.set(world.tenant, status: .suspended)
                #expect(try await world.singleSignOn(provider) == refused("suspended"))
                try await world.force("UPDATE users SET role = 'owner'")
                #expect(try await world.singleSignOn(provider) == "/")
                try world.trust.knowledge.set(world.tenant)
                try await world.force("UPDATE users SET status = 'deactivated'")
                #expect(try await world.singleSignOn(provider) == refused("deactivated"))
            }
        }
    }

    @Test func `first sign-ins of one person at once make one person`() async throws {
        try await withTenancy { world in
            try await world.withProvider { provider async throws in
                var begun: [(query: String, cookie: String)] = []
                for _ in 0..<4 {
                    let (url, cookie) = try await world.startSingleSignOn()
                    begun.append((try provider.authorize(url), cookie))
                }
                let all = begun
                let ends = try await world.together(all.count) { number in
                    try await world.finishSingleSignOn(all[number].query, cookie: all[number].cookie)
                        .headers["Location"] ?? ""
                }
                #expect(ends == ["/", "/", "/", "/"])
                #expect(try await world.force("SELECT count(*) FROM users") == [["1"]])
            }
        }
    }
}
