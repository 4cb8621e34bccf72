import Auth
import Crypto
import JSON
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
        // A key can do no more than who makes it.
        let scopes = try user.checked(wanted.scopes)
        try checkExpiry(wanted.expiresAt)
        try await RecentSignIn.check(context, context.database(database))
        let token = OpaqueToken.make(mode == .live ? .liveAPIKey : .testAPIKey)
        let draft = APIKeyDraft(
            name: wanted.name, scopes: scopes, mode: mode, prefix: token.hint, digest: token.digest,
            createdBy: user.userID, expiresAt: wanted.expiresAt, serviceAccountID: wanted.serviceAccountID)
        let key = try await APIKeyLifeStore(database: context.database(database)).create(
            draft, origin: try context.origin(), in: context.tenant)
        return Created(
            key.wire(secret: token.reveal()), at: "/api/v1/api-keys/\(key.id)", version: key.version)
    }

    private func checkExpiry(_ time: Timestamp?) throws(Failure) {
        guard let time else { return }
        guard time > .now(), time < .now() + APIKey.longestLife else {
            throw Failure.invalid("/expires_at", "out_of_range", "a time ahead within ten years expected")
        }
    }

    func update(
        _ context: RequestContext, _ path: PathID<APIKeyID>, _ match: IfMatch, _ body: Body<TenancyAPI.UpdateAPIKey>
    ) async throws -> OK<TenancyAPI.APIKey> {
        var wanted = body.value
        let user = try context.user
        wanted.scopes = try wanted.scopes.map { try user.checked($0) }
        try checkExpiry(wanted.expiresAt.value)
        let rows = context.database(database)
        guard let present = try await APIKeyStore(rows: rows).find(path.id, in: context.tenant) else {
            throw Failure(.notFound)
        }
        guard present.revokedAt == nil else { throw Failure(.conflict, "The key is revoked.") }
        try await RecentSignIn.check(context, rows)
        let key = try await APIKeyLifeStore(database: rows).update(
            wanted, version: match.version, of: path.id, origin: try context.origin(), in: context.tenant)
        guard let key else { throw Failure(.preconditionFailed) }
        return OK(key.wire(secret: nil), version: key.version)
    }

    /// A key like another in its place; the other works for a while yet, so that a program can be given the new one.
    func replace(
        _ context: RequestContext, _ path: PathID<APIKeyID>, _ body: OptionalBody<TenancyAPI.ReplaceAPIKey>
    ) async throws -> Created<TenancyAPI.APIKey> {
        let user = try context.user
        let rows = context.database(database)
        guard let present = try await APIKeyStore(rows: rows).find(path.id, in: context.tenant) else {
            throw Failure(.notFound)
        }
        try await RecentSignIn.check(context, rows)
        let token = OpaqueToken.make(present.mode == .live ? .liveAPIKey : .testAPIKey)
        let grace = Duration.seconds(3600 * (body.value?.graceHours ?? 24))
        let made = try await APIKeyLifeStore(database: rows).replace(
            path.id,
            by: { old in
                APIKeyDraft(
                    name: old.name, scopes: try user.checked(old.scopes), mode: old.mode, prefix: token.hint,
                    digest: token.digest, createdBy: user.userID,
                    // As long as the one before was made for.
                    expiresAt: old.expiresAt.map { .now() + ($0 - old.createdAt) },
                    serviceAccountID: old.serviceAccountID)
            }, grace: grace, origin: try context.origin(), in: context.tenant)
        guard let made else { throw Failure(.conflict, "The key is revoked, replaced or over.") }
        return Created(
            made.wire(secret: token.reveal()), at: "/api/v1/api-keys/\(made.id)", version: made.version)
    }

    func list(
        _ context: RequestContext, _ query: Query<APIKeyFilter>, _ paging: Paging<Order>
    ) async throws -> OK<Page<TenancyAPI.APIKey>> {
        let store = APIKeyStore(rows: context.database(database))
        let found = try await store.list(query.value, RowPage(paging), in: context.tenant)
        let total = try await store.count(query.value, bound: 10_001, in: context.tenant)
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
        return OK(key.wire(secret: nil), version: key.version)
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
            createdBy: createdBy, lastUsedAt: lastUsedAt, revokedAt: revokedAt, expiresAt: expiresAt,
            replacedBy: replacedBy, serviceAccountID: serviceAccountID)
    }
}
