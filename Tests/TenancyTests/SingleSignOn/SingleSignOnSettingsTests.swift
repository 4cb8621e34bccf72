import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

/// What an owner sets up, who may, and what is in force by it.
@Suite(.timeLimit(.minutes(20))) struct SingleSignOnSettingsTests {
    private static let path = "/api/v1/settings/sso"

    private func put(
        _ world: TenancyWorld, _ token: String, _ body: JSONValue, match: String? = nil
    ) async throws -> HTTPResponse {
        var headers: HTTPHeaders = ["Authorization": "Bearer \(token)"]
        if let match { headers.set("If-Match", match) }
        return try await world.send(.put, Self.path, as: .anonymous, headers: headers, json: body)
    }

    private func owner(_ world: TenancyWorld, plan: Plan = .enterprise) async throws -> String {
        _ = try await TenantStore(rows: world.rows(world.tenant)).setEntitlements(.seed(for: plan), of: world.tenant)
        return try await world.token("boss@acme.example", .owner)
    }

    @Test func `an owner sets it up, and the secret is told to nobody again`() async throws {
        try await withTenancy { world in
            let token = try await owner(world)
            #expect(try await world.send(.get, Self.path, as: .user(.admin)).status == 404)
            let body = TenancyWorld.settings("https://id.acme.example")
            let response = try await put(world, token, body)
            #expect(response.status == 200 && response.headers["ETag"] == "\"1\"")
            let set: TenancyAPI.SingleSignOn = try response.decoded()
            #expect(set.hasClientSecret && set.emailDomains == ["acme.example"] && set.scopes == ["email", "profile"])
            #expect(set.redirectURL == "http://acme.localhost:8080/api/v1/auth/sso/callback")
            let seen = try await world.send(.get, Self.path, as: .user(.admin))
            #expect(seen.status == 200 && !seen.text.contains("w0rd"))
            #expect(try await world.send(.get, Self.path, as: .user(.agent)).status == 403)
            for table in ["single_sign_on", "audit_details", "audit_log", "job_payloads", "changes"] {
                let rows = try await world.force("SELECT t::text FROM \(table) AS t")
                #expect(rows.allSatisfy { $0[0]?.contains("w0rd") == false }, "\(table)")
            }
            #expect(try await world.audited(.singleSignOnSet) == 1)

            // Left out, the secret stays; it goes to no other provider than its own; null takes it away.
            let silent = TenancyWorld.settings("https://id.acme.example", ["client_secret": "absent"])
            let kept: TenancyAPI.SingleSignOn = try await put(world, token, silent).decoded()
            #expect(kept.hasClientSecret)
            let moved = TenancyWorld.settings("https://evil.example", ["client_secret": "absent"])
            #expect(try await put(world, token, moved).problem().errors.map(\.pointer) == ["/client_secret"])
            let bare = TenancyWorld.settings("https://id.acme.example", ["client_secret": .null])
            let public_: TenancyAPI.SingleSignOn = try await put(world, token, bare).decoded()
            #expect(!public_.hasClientSecret)
        }
    }

    @Test func `only an owner may, with a fresh proof, a plan that has it and the version that was seen`() async throws
    {
        try await withTenancy { world in
            let body = TenancyWorld.settings("https://id.acme.example")
            for caller: TestCaller in [.user(.admin), .user(.agent), .apiKey([.settingsWrite]), .impersonating(.owner)]
            {
                #expect(try await world.send(.put, Self.path, as: caller, json: body).status == 403, "\(caller)")
                let removed = try await world.send(.delete, Self.path, as: caller, headers: ["If-Match": "*"])
                #expect(removed.status == 403, "\(caller)")
            }
            let token = try await owner(world, plan: .growth)
            #expect(try await put(world, token, body).problem().code == "feature_disabled")
            _ = try await TenantStore(rows: world.rows(world.tenant)).setEntitlements(
                .seed(for: .enterprise), of: world.tenant)
            #expect(try await put(world, token, body, match: "\"1\"").status == 412)
            #expect(try await put(world, token, body).status == 200)
            #expect(try await put(world, token, body, match: "\"2\"").status == 412)
            #expect(try await put(world, token, body, match: "\"1\"").status == 200)
            func remove(_ match: String?) async throws -> HTTPResponse {
                var headers: HTTPHeaders = ["Authorization": "Bearer \(token)"]
                if let match { headers.set("If-Match", match) }
                return try await world.send(.delete, Self.path, as: .anonymous, headers: headers)
            }
            #expect(try await remove(nil).status == 428)
            #expect(try await remove("\"1\"").status == 412)
            try await world.force("UPDATE sessions SET authenticated_at = now() - interval '11 minutes'")
            #expect(try await put(world, token, body).problem().code == "reauthentication_required")
            #expect(try await remove("\"2\"").problem().code == "reauthentication_required")
            try await world.force("UPDATE sessions SET authenticated_at = now()")
            #expect(try await remove("\"2\"").status == 204)
            #expect(try await remove("*").status == 404)
        }
    }

    @Test func `every field that is not what it has to be is named`() async throws {
        try await withTenancy { world in
            let token = try await owner(world)
            let faults: [(changes: [String: JSONValue], pointer: String)] = [
                (["issuer": "http://id.acme.example"], "/issuer"), (["issuer": "ftp://id.acme.example"], "/issuer"),
                (["issuer": "https://a@id.acme.example"], "/issuer"), (["issuer": "https://"], "/issuer"),
                (["issuer": "https://id.acme.example?x"], "/issuer"), (["issuer": "http://localhost.evil/"], "/issuer"),
                (["client_id": "ü"], "/client_id"), (["client_secret": ""], "/client_secret"),
                (["scopes": ["a b"]], "/scopes/0"), (["email_domains": []], "/email_domains"),
                (["email_domains": ["acme.example", "a@b"]], "/email_domains/1"),
                (["email_domains": ["example"]], "/email_domains/0"),
                (["roles": [["value": "x", "role": "owner"]]], "/roles/0/role"),
                (["default_role": "owner"], "/default_role"), (["default_role": "super_admin"], "/default_role"),
                (["default_role": "absent"], "/default_role"),
                (["is_enabled": false, "is_enforced": true], "/is_enforced"),
            ]
            for entry in faults {
                let response = try await put(
                    world, token, TenancyWorld.settings("https://id.acme.example", entry.changes))
                #expect(response.status == 422, "\(entry.changes)")
                #expect(try response.problem().errors.map(\.pointer) == [entry.pointer], "\(entry.changes)")
            }
        }
    }

    @Test func `the check tries each part of the connection and says what is wrong`() async throws {
        try await withTenancy { world in
            let token = try await owner(world)
            @Sendable func check() async throws -> TenancyAPI.SingleSignOnCheck {
                try await world.send(.post, "\(Self.path)/check", token: token).decoded()
            }
            #expect(try await world.send(.post, "\(Self.path)/check", token: token).status == 404)
            #expect(try await world.send(.post, "\(Self.path)/check", as: .user(.admin)).status == 403)
            try await world.withProvider { provider async throws in
                let right = try await check()
                #expect(right.isRight && right.results.map(\.step) == [.discovery, .keys, .client])
                try await world.setUpProvider(provider.issuer, ["client_secret": "wrong"])
                let wrong = try await check()
                #expect(
                    !wrong.isRight && wrong.results.last?.detail == "The token endpoint answered 401 invalid_client.")
                provider.publish([])
                #expect(try await check().results.last?.step == .keys)
                for (name, value): (String, JSONValue) in [
                    ("issuer", "https://evil.example"), ("token_endpoint", "ftp://x"), ("jwks_uri", .null),
                    ("authorization_endpoint", "javascript:alert(1)"), ("code_challenge_methods_supported", ["plain"]),
                ] {
                    provider.discovery = [name: value]
                    let found = try await check()
                    #expect(!found.isRight && found.results.map(\.step) == [.discovery], "\(name)")
                }
            }
            // What a tenant names is asked only where the operator lets it.
            for issuer in ["https://10.0.0.1", "https://169.254.169.254", "https://[::1]", "https://192.168.1.1:8443"] {
                try await world.setUpProvider(issuer)
                let found = try await check()
                #expect(found.results.map(\.isRight) == [false], "\(issuer)")
                #expect(found.results[0].detail.contains("address"), "\(issuer): \(found.results[0].detail)")
            }
        }
    }

    @Test func `enforced, it is the one way in for all but owners, and ends what came in otherwise`() async throws {
        try await withTenancy { world in
            let boss = try await owner(world)
            try await world.makeUser("ada@acme.example")
            let signedIn: TenancyAPI.SignedIn = try await world.signIn("ada@acme.example").decoded()
            var made = try VirtualPasskey()
            let options = try await world.registrationChallenge(signedIn.accessToken)
            made.userHandle = try #require(Base64.url.decode(options.userHandle))
            let passkey = made
            _ = try await world.post(
                "/api/v1/auth/passkeys", signedIn.accessToken, try passkey.registration(options.challenge))
            let invited: TenancyAPI.CreatedInvitation = try await world.send(
                .post, "/api/v1/invitations",
                as: .person(try #require(try await world.person("boss@acme.example")).id, .owner),
                headers: ["Idempotency-Key": "1"], json: ["email": "bob@acme.example", "role": "agent"]
            ).decoded()
            try await world.withProvider { provider async throws in
                #expect(try await world.singleSignOn(provider) == "/")
                let before = try await world.newestChange()
                let enforced = try await put(
                    world, boss, TenancyWorld.settings(provider.issuer, ["is_enforced": true]))
                #expect(enforced.status == 200)
                #expect(try await world.changes(after: before).map(\.kind) == [.revokedSession])
                let open = try await world.force("SELECT method FROM sessions WHERE revoked_at IS NULL ORDER BY 1")
                #expect(open == [["password"], ["single_sign_on"]])
                #expect(try await world.refresh(try #require(signedIn.refreshToken)).status == 401)
                #expect(try await world.signIn("ada@acme.example").problem().code == "single_sign_on_required")
                // Whoever does not know the password is told nothing of it.
                #expect(try await world.signIn("ada@acme.example", "wrong").problem().code == "invalid_credentials")
                let shown = try await world.passkeySignIn(try passkey.answer(try await world.passkeyChallenge()))
                #expect(try shown.problem().code == "single_sign_on_required")
                let accepted = try await world.send(
                    .post, "/api/v1/auth/invitations/accept", as: .anonymous,
                    json: [
                        "token": .string(invited.token), "name": "Bob", "password": .string(TenancyWorld.password),
                    ])
                #expect(try accepted.problem().code == "single_sign_on_required")
                #expect(try await world.signIn("boss@acme.example").status == 200)
                #expect(try await world.singleSignOn(provider) == "/")
                // A plan without it opens the other ways again.
                _ = try await TenantStore(rows: world.rows(world.tenant)).setEntitlements(
                    .seed(for: .growth), of: world.tenant)
                #expect(try await world.signIn("ada@acme.example").status == 200)
            }
        }
    }
}
