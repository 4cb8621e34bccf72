import Auth
import Crypto
import Models
import Postgres
import Web

/// A tenant's API keys, and their exchange for tokens by the gateway.
struct APIKeyRoutes: Sendable {
    let database: Database
    let tokens: AccessTokens

    enum Order: String, SortKey {
        case createdAt = "created_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateAPIKey>
    ) async throws -> Created<TenancyAPI.APIKey> {
        let user = try context.user
        let wanted = body.value
        let mode = wanted.mode ?? .live
        let scopes = Scope.allCases.filter(wanted.scopes.contains)
        // A key can do no more than who makes it.
        guard scopes.allSatisfy({ $0.permissions.isSubset(of: user.permissions) }) else {
            throw Failure.invalid("/scopes", "not_allowed", "more than you may do yourself")
        }
        let token = OpaqueToken.make(mode == .live ? .liveAPIKey : .testAPIKey)
        let key = try await APIKeyLifeStore(database: context.database(database)).create(
            .make(), name: wanted.name, scopes: scopes, mode: mode, prefix: token.hint, digest: token.digest,
            createdBy: user.userID, origin: try context.origin(), in: context.tenant)
        return Created(key.wire(secret: token.reveal()), at: "/api/v1/api-keys/\(key.id)")
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<TenancyAPI.APIKey>> {
        let store = APIKeyStore(rows: context.database(database))
        let found = try await store.list(RowPage(paging), in: context.tenant)
        let total = try await store.count(bound: 10_001, in: context.tenant)
        return OK(
            paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { $0.wire(secret: nil) })
    }

    func get(_ context: RequestContext, _ path: PathID<APIKeyID>) async throws -> OK<TenancyAPI.APIKey> {
        guard let key = try await APIKeyStore(rows: context.database(database)).find(path.id, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return OK(key.wire(secret: nil))
    }

    func revoke(_ context: RequestContext, _ path: PathID<APIKeyID>) async throws -> NoContent {
        let revoked = try await APIKeyLifeStore(database: context.database(database)).revoke(
            path.id, origin: try context.origin(), in: context.tenant)
        guard revoked else { throw Failure(.notFound) }
        return NoContent()
    }

    /// A token of a minute for a key that the gateway was shown; 404 for every key that is none, whatever the reason.
    ///
    /// Not 401: that would be said of the gateway's own token.
    func exchange(
        _ context: RequestContext, _ body: Body<InternalAPI.APIKeyExchange>
    ) async throws -> OK<InternalAPI.Token> {
        let tenant = body.value.tenantID
        guard tenant == context.tenant else { throw Failure(.forbidden, "The tenant of the request is another one.") }
        guard let token = OpaqueToken(body.value.key), token.kind == .liveAPIKey || token.kind == .testAPIKey,
            let key = try await APIKeyStore(rows: database.tenant(tenant)).use(digest: token.digest, in: tenant)
        else { throw Failure(.notFound) }
        return OK(
            InternalAPI.Token(
                token: try tokens.issue(for: key, in: tenant),
                expiresInSeconds: Int(TokenClaims.Life.apiKey.components.seconds)))
    }
}

extension APIKey {
    func wire(secret: String?) -> TenancyAPI.APIKey {
        TenancyAPI.APIKey(
            id: id, name: name, scopes: scopes, mode: mode, prefix: prefix, secret: secret, createdAt: createdAt,
            createdBy: createdBy, lastUsedAt: lastUsedAt, revokedAt: revokedAt)
    }
}
