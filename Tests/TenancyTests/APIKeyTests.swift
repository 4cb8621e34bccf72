import Auth
import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct APIKeyTests {
    private func make(_ world: TenancyWorld, _ user: User) async throws -> TenancyAPI.APIKey {
        let response = try await world.send(
            .post, "/api/v1/api-keys", token: try await world.token(of: user),
            json: ["name": "CRM", "scopes": ["calls.write", "calls.read", "calls.read"]])
        #expect(response.status == 201)
        return try response.decoded()
    }

    private func exchange(
        _ world: TenancyWorld, _ key: String, in tenant: TenantID, as caller: TestCaller = .service(.gateway)
    ) async throws -> HTTPResponse {
        await world.internal(
            try world.trust.request(
                .post, "/internal/api-keys/exchange", as: caller, in: tenant,
                json: InternalAPI.APIKeyExchange(key: key, tenantID: tenant)))
    }

    @Test func `a key is shown once, exchanged for a token of its scopes, and revoked everywhere`() async throws {
        try await withTenancy { world in
            let owner = try await world.makeUser("boss@acme.example", .owner)
            let key = try await make(world, owner)
            let secret = try #require(key.secret)
            #expect(key.scopes == [.callsRead, .callsWrite] && secret.hasPrefix(key.prefix))
            let path = "/api/v1/api-keys/\(key.id)"
            let read: TenancyAPI.APIKey = try await world.send(.get, path, as: .user(.admin)).decoded()
            #expect(read.secret == nil && read.lastUsedAt == nil)
            let token: InternalAPI.Token = try await exchange(world, secret, in: world.tenant).decoded()
            #expect(token.expiresInSeconds == 60)
            let verifier = try TokenVerifier(
                issuer: TestTrust.issuer, audience: TokenClaims.audience, keys: world.ring.keys.published(at: .now()))
            let principal = try verifier.principal(token.token, tenant: world.tenant)
            #expect(principal.subject == key.id.description && principal.has(.callsReadAll))
            let used: TenancyAPI.APIKey = try await world.send(.get, path, as: .user(.admin)).decoded()
            #expect(used.lastUsedAt != nil)
            let before = try await world.newestChange()
            #expect(try await world.send(.delete, path, as: .user(.owner)).status == 204)
            #expect(try await world.send(.delete, path, as: .user(.owner)).status == 404)
            #expect(try await world.changes(after: before).map(\.kind) == [.revokedAPIKey])
            #expect(try await exchange(world, secret, in: world.tenant).status == 404)
            #expect(try await world.audited(.apiKeyCreated) == 1)
            #expect(try await world.audited(.apiKeyRevoked) == 1)
            let stored = try await world.force("SELECT row_to_json(api_keys)::text FROM api_keys")
            #expect(stored[0][0]?.contains(String(secret.dropFirst(key.prefix.count))) == false)
        }
    }

    @Test func `a key is worth nothing at another tenant and to another service`() async throws {
        try await withTenancy { world in
            let owner = try await world.makeUser("boss@acme.example", .owner)
            let secret = try #require(try await make(world, owner).secret)
            #expect(try await exchange(world, secret, in: world.other).status == 404)
            #expect(try await exchange(world, secret, in: world.tenant, as: .service(.calls)).status == 403)
            for other in [
                OpaqueToken.make(.liveAPIKey).reveal(), OpaqueToken.make(.refresh).reveal(), "sbk_live_x", "",
            ] {
                #expect(try await exchange(world, other, in: world.tenant).status == 404)
            }
            let mixed = try world.trust.request(
                .post, "/internal/api-keys/exchange", as: .service(.gateway), in: world.other,
                json: InternalAPI.APIKeyExchange(key: secret, tenantID: world.tenant))
            #expect(await world.internal(mixed).status == 403)
        }
    }

    @Test func `keys are made by people with the right, not while acting as somebody, and not when the feed is old`()
        async throws
    {
        try await withTenancy { world in
            let body: JSONValue = ["name": "x", "scopes": ["calls.read"]]
            func status(_ caller: TestCaller) async throws -> Int {
                try await world.send(.post, "/api/v1/api-keys", as: caller, json: body).status
            }
            #expect(try await status(.user(.agent)) == 403)
            #expect(try await status(.impersonating(.owner)) == 403)
            #expect(try await status(.apiKey(Set(Scope.allCases))) == 403)
            world.trust.knowledge.setAge(.seconds(61))
            #expect(try await status(.user(.owner)) == 503)
            world.trust.knowledge.setAge(.zero)
            let stale = try await world.send(.post, "/api/v1/api-keys", as: .user(.owner), json: body)
            #expect(try stale.problem().code == "reauthentication_required")
            let bad = try await world.send(
                .post, "/api/v1/api-keys", as: .user(.owner), json: ["name": "", "scopes": [], "mode": "prod"])
            #expect(Set(try bad.problem().errors.map(\.pointer)) == ["/name", "/scopes", "/mode"])
            #expect(try await world.force("SELECT count(*)::text FROM api_keys") == [["0"]])
        }
    }
}
