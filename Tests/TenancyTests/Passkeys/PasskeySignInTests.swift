import Auth
import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct PasskeySignInTests {
    /// A person with a passkey.
    private func makeHolder(
        _ world: TenancyWorld, _ email: String = "ada@acme.example", _ role: Role = .agent,
        _ words: VirtualPasskey.Words = .init()
    ) async throws -> VirtualPasskey {
        let token = try await world.token(email, role)
        var passkey = try VirtualPasskey()
        let options = try await world.registrationChallenge(token)
        passkey.userHandle = try #require(Base64.url.decode(options.userHandle))
        let created = try await world.post(
            "/api/v1/auth/passkeys", token, try passkey.registration(options.challenge, words))
        #expect(created.status == 201)
        return passkey
    }

    private func signIn(
        _ world: TenancyWorld, _ passkey: VirtualPasskey, _ words: VirtualPasskey.Words = .init(),
        in tenant: TenantID? = nil
    ) async throws -> HTTPResponse {
        try await world.passkeySignIn(
            try passkey.answer(try await world.passkeyChallenge(in: tenant), words), in: tenant)
    }

    @Test func `a passkey signs in without an address and without a second factor`() async throws {
        try await withTenancy { world in
            let passkey = try await makeHolder(world)
            // A second factor in use is not asked for: the passkey is two.
            let user = try #require(
                try await UserStore(rows: world.rows(world.tenant)).credentials(
                    email: try .sample("ada@acme.example"), in: world.tenant)
            ).user
            let factors = SecondFactorLifeStore(database: world.rows(world.tenant), secrets: world.secrets)
            let app = try await factors.begin(of: user)
            let code = String(decoding: app.digits(at: Timestamp.now().seconds / 30), as: UTF8.self)
            _ = try await factors.confirm(code, of: user, mail: world.mail, origin: .operator)
            #expect(try await world.signIn("ada@acme.example").problem().code == "second_factor_required")

            let response = try await signIn(world, passkey)
            #expect(response.status == 200)
            #expect(response.headers["Cache-Control"] == "no-store")
            let signedIn: TenancyAPI.SignedIn = try response.decoded()
            #expect(signedIn.user.id == user.id)
            let me = try await world.send(.get, "/api/v1/auth/passkeys", token: signedIn.accessToken)
            let page: Page<TenancyAPI.Passkey> = try me.decoded()
            #expect(page.data.first?.lastUsedAt != nil)
            #expect(try await world.refresh(try #require(signedIn.refreshToken)).status == 200)
            let methods = try await world.force("SELECT method FROM sessions ORDER BY created_at")
            #expect(methods.map { $0[0] } == ["password", "passkey"])
            // It is a fresh proof, too.
            let begin = try await world.send(
                .post, "/api/v1/auth/passkeys/registration-options", token: signedIn.accessToken)
            #expect(begin.status == 200)
        }
    }

    @Test func `the refresh token comes as a cookie for browsers`() async throws {
        try await withTenancy { world in
            let passkey = try await makeHolder(world)
            guard case .object(let members) = try passkey.answer(try await world.passkeyChallenge()) else { return }
            let response = try await world.passkeySignIn(.object(members + [.init("cookie", true)]))
            let signedIn: TenancyAPI.SignedIn = try response.decoded()
            #expect(signedIn.refreshToken == nil)
            #expect(response.headers["Set-Cookie"]?.hasPrefix("__Host-refresh=sbr_") == true)
        }
    }

    @Test func `an answer that lies about anything is refused`() async throws {
        try await withTenancy { world in
            let passkey = try await makeHolder(world)
            let lies: [(String, (inout VirtualPasskey.Words) -> Void)] = [
                ("kind", { $0.kind = "webauthn.create" }),
                ("origin", { $0.origin = "http://globex.localhost:8080" }),
                ("origin's look", { $0.origin = "http://acme.localhost:8080/" }),
                ("frame", { $0.extra = [.init("crossOrigin", true)] }),
                ("host", { $0.rpID = "globex.localhost" }),
                ("nobody present", { $0.flags = 0x04 }),
                ("nobody verified", { $0.flags = 0x01 }),
                ("copies", { $0.flags = 0x0D }),
                ("copied", { $0.flags = 0x15 }),
                ("bytes left over", { $0.tail = [0] }),
            ]
            for (name, change) in lies {
                var words = VirtualPasskey.Words()
                change(&words)
                let response = try await signIn(world, passkey, words)
                #expect(response.status == 401, "\(name)")
                guard response.status == 401 else { continue }
                #expect(try response.problem().code == "invalid_passkey", "\(name)")
                // Each lie is looked at afresh, not through the lock that they end in.
                try await world.force("DELETE FROM sign_in_attempts")
            }
            var stranger = try VirtualPasskey()
            (stranger.credentialID, stranger.userHandle) = (passkey.credentialID, passkey.userHandle)
            #expect(try await signIn(world, stranger).status == 401)
            var unknown = passkey
            unknown.credentialID = SecureRandom.bytes(32)
            #expect(try await signIn(world, unknown).status == 401)
            var confused = passkey
            confused.userHandle = UserID.make().bytes
            #expect(try await signIn(world, confused).status == 401)
            try await world.force("DELETE FROM sign_in_attempts")
            #expect(try await signIn(world, passkey).status == 200)
        }
    }

    @Test func `an answer counts once, and so does one of several at once`() async throws {
        try await withTenancy { world in
            let passkey = try await makeHolder(world)
            let answer = try passkey.answer(try await world.passkeyChallenge())
            let statuses = try await world.together(4) { _ in try await world.passkeySignIn(answer).status }
            #expect(statuses.sorted() == [200, 401, 401, 401])
            #expect(try await world.passkeySignIn(answer).status == 401)
            try await world.force("DELETE FROM sign_in_attempts")
            let late = try passkey.answer(try await world.passkeyChallenge())
            try await world.force("UPDATE passkey_challenges SET expires_at = now()")
            #expect(try await world.passkeySignIn(late).status == 401)
            let own = try passkey.answer(Base64.url.encode(SecureRandom.bytes(32)))
            #expect(try await world.passkeySignIn(own).status == 401)
        }
    }

    @Test func `a counter that stands still or goes back tells of a copy`() async throws {
        try await withTenancy { world in
            var words = VirtualPasskey.Words()
            words.signCount = 5
            let passkey = try await makeHolder(world, "ada@acme.example", .agent, words)
            for (count, status): (UInt32, Int) in [(5, 401), (6, 200), (6, 401), (4, 401), (0, 401), (900, 200)] {
                words.signCount = count
                #expect(try await signIn(world, passkey, words).status == status, "\(count)")
            }
            #expect(try await world.audited(.passkeyRefused) == 4)
            // Two answers with one counter, each right on its own: one gets in.
            words.signCount = 901
            let answers = [
                try passkey.answer(try await world.passkeyChallenge(), words),
                try passkey.answer(try await world.passkeyChallenge(), words),
            ]
            let statuses = try await world.together(2) { try await world.passkeySignIn(answers[$0]).status }
            #expect(statuses.sorted() == [200, 401])
        }
    }

    @Test func `another tenant knows neither the challenge nor the passkey`() async throws {
        try await withTenancy { world in
            let passkey = try await makeHolder(world)
            var words = VirtualPasskey.Words()
            (words.origin, words.rpID) = ("http://globex.localhost:8080", "globex.localhost")
            #expect(try await signIn(world, passkey, words, in: world.other).status == 401)
            let challenge = try await world.passkeyChallenge(in: world.other)
            #expect(try await world.passkeySignIn(try passkey.answer(challenge)).status == 401)
        }
    }

    @Test func `a verified domain is a site of its own, and one that is only claimed is none`() async throws {
        try await withTenancy { world in
            let rows = world.rows(world.tenant)
            let domain = try await DomainStore(rows: rows).create(
                try DomainName(jsonText: "phones.acme.example"), challenge: "x", nextCheck: .now(), in: world.tenant)
            func party() async throws -> String {
                var request = try world.trust.request(.post, "/api/v1/auth/passkeys/sign-in-options", as: .anonymous)
                request.headers.set("X-Switchboard-Host", "Phones.acme.example:9999")
                let options: TenancyAPI.PasskeyRequest = try await world.service(request).decoded()
                return options.rpID
            }
            #expect(try await party() == "acme.localhost")
            try await world.force("UPDATE domains SET verified_at = now() WHERE id = '\(domain.id)'")
            #expect(try await party() == "phones.acme.example")
        }
    }

    @Test func `wrong answers lock the passkey for their network`() async throws {
        try await withTenancy { world in
            let passkey = try await makeHolder(world)
            var words = VirtualPasskey.Words()
            words.flags = 0x01
            for _ in 0...Lockout.free { #expect(try await signIn(world, passkey, words).status == 401) }
            let locked = try await signIn(world, passkey)
            #expect(locked.status == 429 && locked.headers["Retry-After"] != nil)
            try await world.force("UPDATE sign_in_attempts SET locked_until = now()")
            #expect(try await signIn(world, passkey).status == 200)
            #expect(try await world.force("SELECT count(*) FROM sign_in_attempts")[0][0] == "0")
        }
    }

    @Test func `a network has so many challenges open, and the pruning takes those that are over`() async throws {
        try await withTenancy { world in
            for _ in 0..<PasskeyChallengeStore.most { _ = try await world.passkeyChallenge() }
            let path = "/api/v1/auth/passkeys/sign-in-options"
            #expect(try await world.send(.post, path, as: .anonymous).status == 429)
            _ = try await world.passkeyChallenge(in: world.other)
            try await world.force(
                "UPDATE passkey_challenges SET expires_at = now() WHERE tenant_id = '\(world.tenant)'")
            #expect(try await world.send(.post, path, as: .anonymous).status == 200)
            #expect(try await PruneStore(rows: world.database).prune() == PasskeyChallengeStore.most)
            #expect(try await world.force("SELECT count(*) FROM passkey_challenges")[0][0] == "2")
        }
    }

    @Test func `who is deactivated does not come in, nor a suspended tenant's people but its owner`() async throws {
        try await withTenancy { world in
            let ada = try await makeHolder(world)
            let boss = try await makeHolder(world, "boss@acme.example", .owner)
            try world.trust.knowledge.set(world.tenant, status: .suspended)
            #expect(try await signIn(world, ada).problem().code == "tenant_suspended")
            #expect(try await signIn(world, boss).status == 200)
            try world.trust.knowledge.set(world.tenant)
            #expect(try await signIn(world, ada).status == 200)
            try await world.force("UPDATE users SET status = 'deactivated' WHERE email_lc = 'ada@acme.example'")
            #expect(try await signIn(world, ada).status == 401)
        }
    }
}
