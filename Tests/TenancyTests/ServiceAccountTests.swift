import Auth
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct ServiceAccountTests {
    private static let path = "/api/v1/service-accounts"

    private func make(
        _ world: TenancyWorld, _ owner: User, scopes: JSONValue = ["calls.read", "calls.write"]
    ) async throws -> TenancyAPI.ServiceAccount {
        try await world.send(
            .post, Self.path, token: try await world.token(of: owner), json: ["name": "Importer", "scopes": scopes]
        ).decoded()
    }

    private func key(
        _ world: TenancyWorld, _ owner: User, of account: ServiceAccountID, scopes: JSONValue = ["calls.read"]
    ) async throws -> HTTPResponse {
        try await world.send(
            .post, "/api/v1/api-keys", token: try await world.token(of: owner),
            json: ["name": "k", "scopes": scopes, "service_account_id": .string(account.description)])
    }

    /// What the key may do, or the status of the refusal.
    private func scopes(_ world: TenancyWorld, _ secret: String?) async throws -> (scopes: Set<Permission>, status: Int)
    {
        let answer = await world.internal(
            try world.trust.request(
                .post, "/internal/api-keys/exchange", as: .service(.gateway), in: world.tenant,
                json: InternalAPI.APIKeyExchange(key: try #require(secret), tenantID: world.tenant)))
        guard answer.status == 200 else { return ([], answer.status) }
        let token: InternalAPI.Token = try answer.decoded()
        let verifier = try TokenVerifier(
            issuer: TestTrust.issuer, audience: TokenClaims.audience, keys: world.ring.keys.published(at: .now()))
        return (try verifier.principal(token.token, tenant: world.tenant).permissions, 200)
    }

    @Test func `a program's keys do what its account may, and nothing once it is disabled`() async throws {
        try await withTenancy { world in
            let owner = try await world.makeUser("boss@acme.example", .owner)
            let account = try await make(world, owner)
            #expect(account.status == .active && account.createdBy == owner.id)
            let made: TenancyAPI.APIKey = try await key(
                world, owner, of: account.id, scopes: ["calls.read", "calls.write"]
            ).decoded()
            #expect(made.serviceAccountID == account.id)
            #expect(try await scopes(world, made.secret).scopes.contains(.callsWrite))
            let more = try await key(world, owner, of: account.id, scopes: ["users.read"])
            #expect(try more.problem().errors.map(\.pointer) == ["/scopes"])

            let before = try await world.newestChange()
            let narrower = try await world.send(
                .patch, "\(Self.path)/\(account.id)", token: try await world.token(of: owner),
                headers: ["If-Match": "*"],
                json: ["scopes": ["calls.read"]])
            #expect(try narrower.decoded(TenancyAPI.ServiceAccount.self).scopes == [.callsRead])
            // Gateways forget what they have exchanged.
            #expect(try await world.changes(after: before).map(\.kind) == [.revokedAPIKey])
            #expect(try await scopes(world, made.secret).scopes == Scope.callsRead.permissions)

            let position = try await world.newestChange()
            let disabled = try await world.send(.post, "\(Self.path)/\(account.id)/disable", as: .user(.admin))
            #expect(try disabled.decoded(TenancyAPI.ServiceAccount.self).status == .disabled)
            #expect(try await world.changes(after: position).map(\.key) == [made.id.jsonText])
            #expect(try await scopes(world, made.secret).status == 404)
            #expect(try await key(world, owner, of: account.id).status == 422)
            _ = try await world.send(.post, "\(Self.path)/\(account.id)/disable", as: .user(.admin))
            #expect(try await world.audited(.serviceAccountDisabled) == 1)

            let stale = try await world.send(.post, "\(Self.path)/\(account.id)/enable", as: .user(.admin))
            #expect(try stale.problem().code == "reauthentication_required")
            let token = try await world.token(of: owner)
            _ = try await world.send(.post, "\(Self.path)/\(account.id)/enable", token: token)
            #expect(try await scopes(world, made.secret).status == 404)
            let next: TenancyAPI.APIKey = try await key(world, owner, of: account.id).decoded()
            #expect(try await scopes(world, next.secret).status == 200)
            let answer = try await world.send(
                .get, "/api/v1/api-keys?service_account_id=\(account.id)", as: .user(.admin))
            #expect(answer.status == 200, "\(answer.text)")
            let listed: Page<TenancyAPI.APIKey> = try answer.decoded()
            #expect(listed.data.map(\.id) == [next.id, made.id] && listed.total == 2)
            let none: Page<TenancyAPI.APIKey> = try await world.send(
                .get, "/api/v1/api-keys?service_account_id=\(ServiceAccountID.make())", as: .user(.admin)
            ).decoded()
            #expect(none.data.isEmpty)
        }
    }

    @Test func `an account is its tenant's, has a name of its own, and nobody signs in with it`() async throws {
        try await withTenancy { world in
            let owner = try await world.makeUser("boss@acme.example", .owner)
            let account = try await make(world, owner)
            let one = "\(Self.path)/\(account.id)"
            let again = try await world.send(
                .post, Self.path, token: try await world.token(of: owner),
                json: ["name": "Importer", "scopes": ["calls.read"]])
            #expect(again.status == 409)
            for (method, path) in [
                (HTTPMethod.get, one), (.post, "\(one)/disable"), (.post, "\(one)/enable"),
            ] {
                #expect(try await world.send(method, path, as: .user(.owner), in: world.other).status == 404)
                #expect(try await world.send(method, path, as: .user(.agent)).status == 403)
                #expect(try await world.send(method, path, as: .apiKey(Set(Scope.allCases))).status == 403)
                #expect(try await world.send(method, path, as: .anonymous).status == 401)
            }
            #expect(try await world.send(.post, "\(one)/enable", as: .impersonating(.owner)).status == 403)
            #expect(try await world.audited(.serviceAccountDisabled) == 0)
            #expect(try await key(world, owner, of: .make()).status == 422)
            #expect(try await world.signIn("Importer@acme.example").status == 401)
            let people: Page<TenancyAPI.User> = try await world.send(.get, "/api/v1/users", as: .user(.owner)).decoded()
            #expect(people.data.map(\.id) == [owner.id])
            let bad = try await world.send(
                .post, Self.path, token: try await world.token(of: owner), json: ["name": "", "scopes": ["root"]])
            #expect(Set(try bad.problem().errors.map(\.pointer)) == ["/name", "/scopes/0"])
            let patch = try await world.send(
                .patch, one, token: try await world.token(of: owner), headers: ["If-Match": "\"9\""],
                json: ["name": "Other"])
            #expect(patch.status == 412)
        }
    }
}
