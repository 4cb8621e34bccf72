import Crypto
import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct SecondFactorTests {
    /// A person with an app whose secret the test knows.
    private struct Holder {
        let user: User
        let token: String
        let app: OneTimePassword
        let codes: [String]
    }

    private func code(_ app: OneTimePassword, _ offset: Int64 = 0) -> String {
        String(decoding: app.digits(at: Timestamp.now().seconds / 30 + offset), as: UTF8.self)
    }

    private func post(_ world: TenancyWorld, _ path: String, _ token: String, _ body: JSONValue) async throws
        -> HTTPResponse
    {
        try await world.send(
            .post, path, as: .anonymous, headers: ["Authorization": "Bearer \(token)"], json: body)
    }

    private func signIn(_ world: TenancyWorld, _ code: String?) async throws -> HTTPResponse {
        try await world.send(
            .post, "/api/v1/auth/login", as: .anonymous,
            json: [
                "email": "ada@acme.example", "password": .string(TenancyWorld.password),
                "code": code.map { .string($0) } ?? .null,
            ])
    }

    private func makeHolder(_ world: TenancyWorld) async throws -> Holder {
        let user = try await world.makeUser("ada@acme.example")
        let signedIn: TenancyAPI.SignedIn = try await world.signIn("ada@acme.example").decoded()
        let token = signedIn.accessToken
        let begun = try await world.send(.post, "/api/v1/auth/second-factor", token: token)
        #expect(begun.status == 200)
        let sealed = try #require(
            try await SecondFactorStore(rows: world.rows(world.tenant)).find(of: user.id, in: world.tenant))
        let secret = try world.secrets.open(sealed.secret, at: SecondFactor.place(of: user.id, in: world.tenant))
        let app = OneTimePassword(secret: secret)
        let shown: TenancyAPI.SecondFactorSecret = try begun.decoded()
        #expect(shown.secret == app.secretText)
        // Not asked for before the app has shown that it works.
        #expect(try await signIn(world, nil).status == 200)
        let wrong = try await post(world, "/api/v1/auth/second-factor/confirm", token, ["code": "000000"])
        #expect(wrong.status == 401)
        let confirmed = try await post(
            world, "/api/v1/auth/second-factor/confirm", token, ["code": .string(code(app, -1))])
        let codes: TenancyAPI.RecoveryCodes = try confirmed.decoded()
        return Holder(user: user, token: token, app: app, codes: codes.codes)
    }

    @Test func `a sign-in needs the app's password, and each counts once`() async throws {
        try await withTenancy { world in
            let holder = try await makeHolder(world)
            let bare = try await signIn(world, nil)
            #expect(bare.status == 401)
            #expect(try bare.problem().code == "second_factor_required")
            #expect(try await signIn(world, "123").problem().code == "invalid_second_factor")
            let right = code(holder.app)
            #expect(try await signIn(world, right).status == 200)
            #expect(try await signIn(world, right).problem().code == "invalid_second_factor")
            #expect(try await world.audited(.secondFactorAdded) == 1)
        }
    }

    @Test func `of several sign-ins with one password one gets in`() async throws {
        try await withTenancy { world in
            let holder = try await makeHolder(world)
            let right = code(holder.app)
            let statuses = try await world.together(4) { _ in try await signIn(world, right).status }
            #expect(statuses.count { $0 == 200 } == 1)
        }
    }

    @Test func `a recovery code stands in for the app once, however it is typed`() async throws {
        try await withTenancy { world in
            let holder = try await makeHolder(world)
            #expect(Set(holder.codes).count == SecondFactor.recoveryCodes)
            let typed = holder.codes[0].lowercased().replacing("-", with: " ")
            #expect(try await signIn(world, typed).status == 200)
            #expect(try await signIn(world, holder.codes[0]).status == 401)
            let state: TenancyAPI.SecondFactor = try await world.send(
                .get, "/api/v1/auth/second-factor", token: holder.token
            ).decoded()
            #expect(state.isEnabled && state.recoveryCodesLeft == SecondFactor.recoveryCodes - 1)
            let renewed: TenancyAPI.RecoveryCodes = try await world.send(
                .post, "/api/v1/auth/second-factor/recovery-codes", token: holder.token
            ).decoded()
            #expect(try await signIn(world, holder.codes[1]).status == 401)
            #expect(try await signIn(world, renewed.codes[0]).status == 200)
        }
    }

    @Test func `wrong passwords of the app lock like wrong passwords`() async throws {
        try await withTenancy { world in
            _ = try await makeHolder(world)
            for _ in 0...Lockout.free { #expect(try await signIn(world, "999999x").status == 401) }
            #expect(try await signIn(world, "999999x").status == 429)
        }
    }

    @Test func `it goes only after a fresh proof, or by an admin who outranks`() async throws {
        try await withTenancy { world in
            let holder = try await makeHolder(world)
            try await world.force("UPDATE sessions SET authenticated_at = now() - interval '11 minutes'")
            let refused = try await world.send(.delete, "/api/v1/auth/second-factor", token: holder.token)
            #expect(try refused.problem().code == "reauthentication_required")
            let again = try await post(
                world, "/api/v1/auth/reauthenticate", holder.token, ["password": .string(TenancyWorld.password)])
            #expect(again.status == 204)
            #expect(try await world.send(.delete, "/api/v1/auth/second-factor", token: holder.token).status == 204)
            #expect(try await signIn(world, nil).status == 200)

            let path = "/api/v1/users/\(holder.user.id)/second-factor"
            #expect(try await world.send(.delete, path, as: .user(.agent)).status == 403)
            let stale = try await world.send(.delete, path, as: .user(.admin))
            #expect(try stale.problem().code == "reauthentication_required")
            let chief = try await world.token("chief@acme.example", .admin)
            #expect(try await world.send(.delete, path, token: chief).status == 404)
            let boss = try await world.makeUser("boss@acme.example", .owner)
            let bossPath = "/api/v1/users/\(boss.id)/second-factor"
            #expect(try await world.send(.delete, bossPath, as: .user(.admin)).status == 403)
            #expect(try await world.audited(.secondFactorRemoved) == 1)
        }
    }
}
