import Auth
import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct APIKeyLifeTests {
    private func make(_ world: TenancyWorld, _ more: JSONValue = [:]) async throws -> TenancyAPI.APIKey {
        let owner = try await world.makeUser("boss@acme.example", .owner)
        guard case .object(let members) = more else { throw Failure(.internal) }
        let body: [JSONValue.Member] =
            [.init("name", "CRM"), .init("scopes", ["calls.read", "calls.write"])] + members
        return try await world.send(
            .post, "/api/v1/api-keys", token: try await world.token(of: owner), json: .object(body)
        ).decoded()
    }

    private func exchange(_ world: TenancyWorld, _ secret: String?) async throws -> HTTPResponse {
        await world.internal(
            try world.trust.request(
                .post, "/internal/api-keys/exchange", as: .service(.gateway), in: world.tenant,
                json: InternalAPI.APIKeyExchange(key: try #require(secret), tenantID: world.tenant)))
    }

    private func patch(
        _ world: TenancyWorld, _ id: APIKeyID, _ body: JSONValue, match: String = "*", as caller: TestCaller? = nil
    ) async throws -> HTTPResponse {
        let (path, headers): (String, HTTPHeaders) = ("/api/v1/api-keys/\(id)", ["If-Match": match])
        guard let caller else {
            return try await world.send(.patch, path, token: try await token(world), headers: headers, json: body)
        }
        return try await world.send(.patch, path, as: caller, headers: headers, json: body)
    }

    /// Of the owner, who has just signed in.
    private func token(_ world: TenancyWorld) async throws -> String {
        (try await world.signIn("boss@acme.example").decoded() as TenancyAPI.SignedIn).accessToken
    }

    @Test func `a key is none from its time on, and neither is a token of it`() async throws {
        try await withTenancy { world in
            let soon = Timestamp.now() + .seconds(20)
            let key = try await make(world, ["expires_at": .string(soon.jsonText)])
            let token: InternalAPI.Token = try await exchange(world, key.secret).decoded()
            let verifier = try TokenVerifier(
                issuer: TestTrust.issuer, audience: TokenClaims.audience, keys: world.ring.keys.published(at: .now()))
            _ = try verifier.principal(token.token, tenant: world.tenant)
            let claims = try #require(token.token.split(separator: ".").dropFirst().first)
            let told = try JSON.decode(
                JSONValue.self, from: try #require(Base64.url.decode(Array(claims.utf8))))
            #expect(told["exp"] == .int(soon.seconds))
            try await world.force("UPDATE api_keys SET expires_at = now() - interval '1 second'")
            #expect(try await exchange(world, key.secret).status == 404)
            for time in [Timestamp.now() - .seconds(1), .now() + .seconds(11 * 366 * 86_400)] {
                let refused = try await patch(world, key.id, ["expires_at": .string(time.jsonText)])
                #expect(try refused.problem().errors.map(\.pointer) == ["/expires_at"])
            }
            #expect(try await patch(world, key.id, ["expires_at": nil]).status == 200)
            #expect(try await exchange(world, key.secret).status == 200)
        }
    }

    @Test func `a key is edited by its last version, and gateways ask anew what it may do`() async throws {
        try await withTenancy { world in
            let key = try await make(world)
            let read = try await world.send(.get, "/api/v1/api-keys/\(key.id)", as: .user(.owner))
            let tag = try #require(read.headers["ETag"])
            let before = try await world.newestChange()
            let edited: TenancyAPI.APIKey = try await patch(
                world, key.id, ["name": "ERP", "scopes": ["calls.read"]], match: tag
            ).decoded()
            #expect(edited.name == "ERP" && edited.scopes == [.callsRead] && edited.secret == nil)
            #expect(try await patch(world, key.id, ["name": "x"], match: tag).status == 412)
            #expect(try await world.changes(after: before).map(\.kind) == [.revokedAPIKey])
            #expect(try await world.changes(after: before).allSatisfy { $0.key != key.id.jsonText })
            #expect(try await world.audited(.apiKeyUpdated) == 1)
            let bad = try await patch(world, key.id, ["name": "", "scopes": [], "expires_at": "soon"])
            #expect(Set(try bad.problem().errors.map(\.pointer)) == ["/name", "/scopes", "/expires_at"])
            for (caller, status): (TestCaller, Int) in [
                (.user(.agent), 403), (.apiKey(Set(Scope.allCases)), 403), (.impersonating(.owner), 403),
                (.anonymous, 401),
            ] {
                #expect(try await patch(world, key.id, ["name": "y"], as: caller).status == status)
            }
            let stale = try await patch(world, key.id, ["name": "y"], as: .user(.admin))
            #expect(try stale.problem().code == "reauthentication_required")
            let other = try await world.send(
                .patch, "/api/v1/api-keys/\(key.id)", as: .user(.owner), in: world.other, headers: ["If-Match": "*"],
                json: ["name": "z"])
            #expect(other.status == 404)
            _ = try await world.send(.delete, "/api/v1/api-keys/\(key.id)", as: .user(.owner))
            #expect(try await patch(world, key.id, ["name": "y"]).status == 409)
        }
    }

    @Test func `a key is replaced by one like it, and works for a while yet`() async throws {
        try await withTenancy { world in
            let key = try await make(world)
            func replace(_ id: APIKeyID, _ body: JSONValue) async throws -> HTTPResponse {
                try await world.send(
                    .post, "/api/v1/api-keys/\(id)/replacements", token: try await token(world), json: body)
            }
            let next: TenancyAPI.APIKey = try await replace(key.id, [:]).decoded()
            #expect(
                next.name == "CRM" && next.scopes == key.scopes && next.expiresAt == nil && next.secret != key.secret)
            let old: TenancyAPI.APIKey = try await world.send(
                .get, "/api/v1/api-keys/\(key.id)", as: .user(.owner)
            ).decoded()
            let left = try #require(old.expiresAt) - Timestamp.now()
            #expect(old.replacedBy == next.id && left > .seconds(23 * 3600) && left <= .seconds(24 * 3600))
            #expect(try await exchange(world, key.secret).status == 200)
            #expect(try await exchange(world, next.secret).status == 200)
            // Nobody replaces what has been replaced.
            #expect(try await replace(key.id, [:]).status == 409)
            let before = try await world.newestChange()
            let last: TenancyAPI.APIKey = try await replace(next.id, ["grace_hours": 0]).decoded()
            #expect(try await world.changes(after: before).map(\.key) == [next.id.jsonText])
            #expect(try await exchange(world, next.secret).status == 404)
            #expect(try await exchange(world, last.secret).status == 200)
            #expect(try await replace(last.id, ["grace_hours": 721]).status == 422)
            #expect(try await replace(.make(), [:]).status == 404)
            #expect(try await world.audited(.apiKeyReplaced) == 2)
        }
    }
}
