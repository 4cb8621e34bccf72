import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct PasskeyTests {
    private static let everything = VirtualPasskey.Words()

    /// A registration as somebody who has just signed in, with their token.
    private func register(
        _ world: TenancyWorld, _ passkey: inout VirtualPasskey, _ token: String,
        _ words: VirtualPasskey.Words = everything
    ) async throws -> HTTPResponse {
        let challenge = try await world.registrationChallenge(token)
        passkey.userHandle = try #require(Base64.url.decode(challenge.userHandle))
        return try await world.post(
            "/api/v1/auth/passkeys", token, try passkey.registration(challenge.challenge, words))
    }

    @Test func `a passkey is registered, named, listed and removed by its owner alone`() async throws {
        try await withTenancy { world in
            let token = try await world.token("ada@acme.example")
            var passkey = try VirtualPasskey()
            let created = try await register(world, &passkey, token)
            #expect(created.status == 201)
            let made: TenancyAPI.Passkey = try created.decoded()
            #expect(made.name == "laptop" && !made.isBackedUp && made.lastUsedAt == nil)
            let stored = try await PasskeyStore(rows: world.rows(world.tenant)).find(
                credentialID: passkey.credentialID, in: world.tenant)
            #expect(stored?.transports == ["internal"])

            let options: TenancyAPI.PasskeyRegistration = try await world.registrationChallenge(token)
            #expect(options.exclude.map(\.id) == [Base64.url.encode(passkey.credentialID)])
            #expect(options.rpID == "acme.localhost" && options.algorithms == [-8, -7, -257])

            let path = "/api/v1/auth/passkeys/\(made.id)"
            let other = try await world.token("bob@acme.example")
            #expect(try await world.patch(path, other, ["name": "mine"]).status == 404)
            #expect(try await world.send(.delete, path, token: other).status == 404)
            #expect(try await world.patch(path, other, [:]).status == 404)
            #expect(try await world.patch(path, token, ["name": ""]).status == 422)
            #expect(try await world.patch(path, token, [:]).status == 200)
            let renamed: TenancyAPI.Passkey = try await world.patch(path, token, ["name": "phone"]).decoded()
            #expect(renamed.name == "phone")
            let page: Page<TenancyAPI.Passkey> = try await world.send(
                .get, "/api/v1/auth/passkeys", token: token
            ).decoded()
            #expect(page.data.map(\.name) == ["phone"] && page.total == 1)
            #expect(try await world.send(.delete, path, token: token).status == 204)
            #expect(try await world.send(.delete, path, token: token).status == 404)
            #expect(try await world.audited(.passkeyAdded) == 1)
            #expect(try await world.audited(.passkeyRenamed) == 1)
            #expect(try await world.audited(.passkeyRemoved) == 1)
            let letters = try await world.force("SELECT payload::text FROM job_payloads")
            #expect(letters.count { $0[0]?.contains("passkey_changed") == true } == 2)
        }
    }

    @Test func `it needs a fresh proof to add or remove one`() async throws {
        try await withTenancy { world in
            let token = try await world.token("ada@acme.example")
            var passkey = try VirtualPasskey()
            let made: TenancyAPI.Passkey = try await register(world, &passkey, token).decoded()
            try await world.force("UPDATE sessions SET authenticated_at = now() - interval '11 minutes'")
            let begin = try await world.send(.post, "/api/v1/auth/passkeys/registration-options", token: token)
            #expect(try begin.problem().code == "reauthentication_required")
            let path = "/api/v1/auth/passkeys/\(made.id)"
            #expect(try await world.send(.delete, path, token: token).problem().code == "reauthentication_required")

            // The passkey itself is such a proof.
            let request: TenancyAPI.PasskeyRequest = try await world.send(
                .post, "/api/v1/auth/reauthenticate/passkey-options", token: token
            ).decoded()
            #expect(request.allow.map(\.id) == [Base64.url.encode(passkey.credentialID)])
            let shown = try await world.post(
                "/api/v1/auth/reauthenticate/passkey", token, try passkey.answer(request.challenge))
            #expect(shown.status == 204)
            #expect(try await world.send(.delete, path, token: token).status == 204)
        }
    }

    @Test func `another's passkey shows nothing about who I am`() async throws {
        try await withTenancy { world in
            let (ada, bob) = (
                try await world.token("ada@acme.example"), try await world.token("bob@acme.example")
            )
            var passkey = try VirtualPasskey()
            #expect(try await register(world, &passkey, ada).status == 201)
            let path = "/api/v1/auth/reauthenticate/passkey"
            let request: TenancyAPI.PasskeyRequest = try await world.send(.post, "\(path)-options", token: bob)
                .decoded()
            #expect(request.allow.isEmpty)
            #expect(try await world.post(path, bob, try passkey.answer(request.challenge)).status == 401)
            // Nor does an answer to a challenge that was made for somebody else, or for a sign-in.
            let mine: TenancyAPI.PasskeyRequest = try await world.send(.post, "\(path)-options", token: bob).decoded()
            #expect(try await world.post(path, ada, try passkey.answer(mine.challenge)).status == 401)
            let signIn = try await world.passkeyChallenge()
            #expect(try await world.post(path, ada, try passkey.answer(signIn)).status == 401)
            let own: TenancyAPI.PasskeyRequest = try await world.send(.post, "\(path)-options", token: ada).decoded()
            #expect(try await world.passkeySignIn(try passkey.answer(own.challenge)).status == 401)
        }
    }

    @Test func `a registration that lies about anything is refused`() async throws {
        try await withTenancy { world in
            let token = try await world.token("ada@acme.example")
            var lies: [String: VirtualPasskey.Words] = [:]
            func lie(_ name: String, _ change: (inout VirtualPasskey.Words) -> Void) {
                lies[name] = .init()
                change(&lies[name, default: .init()])
            }
            lie("kind") { $0.kind = "webauthn.get" }
            lie("origin of another tenant") { $0.origin = "http://globex.localhost:8080" }
            lie("scheme") { $0.origin = "https://acme.localhost:8080" }
            lie("port") { $0.origin = "http://acme.localhost" }
            lie("frame") { $0.extra = [.init("crossOrigin", true)] }
            lie("top origin") { $0.extra = [.init("topOrigin", "http://acme.localhost:8080")] }
            lie("host of another tenant") { $0.rpID = "globex.localhost" }
            lie("base host") { $0.rpID = "localhost" }
            lie("nobody present") { $0.flags = 0x04 }
            lie("nobody verified") { $0.flags = 0x01 }
            lie("backed up, though it cannot be") { $0.flags = 0x15 }
            lie("algorithm") { $0.coseAlgorithm = 0x26 }
            lie("unknown algorithm") { $0.coseAlgorithm = 0x29 }
            lie("statement of none") { $0.statement = [0xA1, 0x61, 0x61, 0x01] }
            lie("bytes left over") { $0.tail = [0] }
            lie("extensions that are not there") { $0.flags = 0x85 }
            for (name, words) in lies {
                var passkey = try VirtualPasskey()
                let response = try await register(world, &passkey, token, words)
                #expect(response.status == 422, "\(name)")
                guard response.status == 422 else { continue }
                #expect(try response.problem().code == "passkey_refused", "\(name)")
            }
            // What tells of its device is let in as well, and believed nothing; extensions are passed over.
            for (format, statement, tail, flags): (String, [UInt8], [UInt8], UInt8) in [
                ("packed", [0xA1, 0x63] + Array("sig".utf8) + [0x41, 0x00], [], 0x05),
                ("none", [0xA0], [0xA1, 0x61, 0x61, 0xF5], 0x8D),
            ] {
                var (passkey, words) = (try VirtualPasskey(), VirtualPasskey.Words())
                (words.format, words.statement, words.tail, words.flags) = (format, statement, tail, flags)
                #expect(try await register(world, &passkey, token, words).status == 201)
            }
        }
    }

    @Test func `a challenge counts once, for its person and for five minutes`() async throws {
        try await withTenancy { world in
            let (ada, bob) = (
                try await world.token("ada@acme.example"), try await world.token("bob@acme.example")
            )
            let passkey = try VirtualPasskey()
            func create(_ token: String, _ challenge: String) async throws -> Int {
                try await world.post("/api/v1/auth/passkeys", token, try passkey.registration(challenge)).status
            }
            let first = try await world.registrationChallenge(ada).challenge
            #expect(try await create(bob, first) == 422)
            // Shown by the wrong person it is used up all the same.
            #expect(try await create(ada, first) == 422)
            let second = try await world.registrationChallenge(ada).challenge
            try await world.force("UPDATE passkey_challenges SET expires_at = now()")
            #expect(try await create(ada, second) == 422)
            let third = try await world.registrationChallenge(ada).challenge
            #expect(try await create(ada, third) == 201)
            #expect(try await create(ada, third) == 422)
            #expect(try await create(ada, Base64.url.encode(SecureRandom.bytes(32))) == 422)
            #expect(try await create(ada, try await world.passkeyChallenge()) == 422)
            // The credential is known now, whoever brings it.
            #expect(try await create(bob, try await world.registrationChallenge(bob).challenge) == 409)
        }
    }

    @Test func `nobody has more than so many, not by asking for several at once either`() async throws {
        try await withTenancy { world in
            let token = try await world.token("ada@acme.example")
            var bodies: [JSONValue] = []
            for _ in 0..<Passkey.most + 2 {
                let passkey = try VirtualPasskey()
                bodies.append(try passkey.registration(try await world.registrationChallenge(token).challenge))
            }
            let prepared = bodies
            let statuses = try await world.together(prepared.count) { number in
                try await world.post("/api/v1/auth/passkeys", token, prepared[number]).status
            }
            #expect(statuses.count { $0 == 201 } == Passkey.most && statuses.count { $0 == 409 } == 2)
            let begin = try await world.send(.post, "/api/v1/auth/passkeys/registration-options", token: token)
            #expect(begin.status == 409)
        }
    }

    @Test func `an admin takes the passkeys of who has lost them, but for an owner's`() async throws {
        try await withTenancy { world in
            let user = try await world.makeUser("ada@acme.example")
            let token = try await world.token("ada@acme.example", isThere: true)
            var passkey = try VirtualPasskey()
            #expect(try await register(world, &passkey, token).status == 201)
            let path = "/api/v1/users/\(user.id)/passkeys"
            #expect(try await world.send(.delete, path, as: .user(.agent)).status == 403)
            #expect(try await world.send(.delete, path, as: .impersonating(.owner)).status == 403)
            let stale = try await world.send(.delete, path, as: .user(.admin))
            #expect(try stale.problem().code == "reauthentication_required")
            let chief = try await world.token("chief@acme.example", .admin)
            #expect(try await world.send(.delete, path, token: chief).status == 204)
            #expect(try await world.send(.delete, path, token: chief).status == 404)
            let boss = try await world.makeUser("boss@acme.example", .owner)
            let bosses = "/api/v1/users/\(boss.id)/passkeys"
            #expect(try await world.send(.delete, bosses, as: .user(.admin)).status == 403)
            #expect(try await world.send(.delete, bosses, as: .apiKey([.usersWrite])).status == 403)
            #expect(try await world.passkeySignIn(try passkey.answer(try await world.passkeyChallenge())).status == 401)
        }
    }
}

extension TenancyWorld {
    /// The access token of a new person who has just signed in.
    func token(_ email: String, _ role: Role = .agent, isThere: Bool = false) async throws -> String {
        if !isThere { try await makeUser(email, role) }
        let signedIn: TenancyAPI.SignedIn = try await signIn(email).decoded()
        return signedIn.accessToken
    }

    func post(_ path: String, _ token: String, _ body: JSONValue) async throws -> HTTPResponse {
        try await send(.post, path, as: .anonymous, headers: ["Authorization": "Bearer \(token)"], json: body)
    }

    func patch(_ path: String, _ token: String, _ body: JSONValue) async throws -> HTTPResponse {
        try await send(.patch, path, as: .anonymous, headers: ["Authorization": "Bearer \(token)"], json: body)
    }

    func registrationChallenge(_ token: String) async throws -> TenancyAPI.PasskeyRegistration {
        try await send(.post, "/api/v1/auth/passkeys/registration-options", token: token).decoded()
    }

    func passkeyChallenge(in tenant: TenantID? = nil) async throws -> String {
        let request: TenancyAPI.PasskeyRequest = try await send(
            .post, "/api/v1/auth/passkeys/sign-in-options", as: .anonymous, in: tenant
        ).decoded()
        return request.challenge
    }

    func passkeySignIn(_ answer: JSONValue, in tenant: TenantID? = nil) async throws -> HTTPResponse {
        try await send(.post, "/api/v1/auth/passkeys/sign-in", as: .anonymous, in: tenant, json: answer)
    }
}
