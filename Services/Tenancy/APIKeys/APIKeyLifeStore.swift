import JSON
import Models
import Postgres

/// The life of a key: each deed is one transaction with its audit row and its change.
struct APIKeyLifeStore {
    let database: TenantDatabase

    /// Makes a key; 422 when its service account is not there, is disabled or may do less.
    func create(_ draft: APIKeyDraft, origin: Origin, in tenant: TenantID) async throws -> APIKey {
        try await database.transaction { rows in
            try await Self.checkAccount(of: draft, in: tenant, rows)
            let key = try await APIKeyStore(rows: rows).create(draft, in: tenant)
            try await Self.audit(.apiKeyCreated, key, origin, tenant, rows)
            return key
        }
    }

    /// Changes what is given; nil when there is no key of this version that is not revoked.
    func update(
        _ wanted: TenancyAPI.UpdateAPIKey, version: Int64?, of id: APIKeyID, origin: Origin, in tenant: TenantID
    ) async throws -> APIKey? {
        try await database.transaction { rows in
            let store = APIKeyStore(rows: rows)
            guard var key = try await store.lock(id, in: tenant), version == nil || version == key.version else {
                return nil
            }
            key.name = wanted.name ?? key.name
            key.scopes = wanted.scopes ?? key.scopes
            if wanted.expiresAt.isPresent { key.expiresAt = wanted.expiresAt.value }
            guard let updated = try await store.update(key, in: tenant) else { return nil }
            try await Self.audit(.apiKeyUpdated, updated, origin, tenant, rows)
            try await Self.forgetExchanges(in: tenant, rows)
            return updated
        }
    }

    /// Makes a key in the place of another, which works for a while yet; nil when it was revoked, replaced or over.
    func replace(
        _ id: APIKeyID, by draft: (APIKey) throws -> APIKeyDraft, grace: Duration, origin: Origin, in tenant: TenantID
    ) async throws -> APIKey? {
        try await database.transaction { rows in
            let store = APIKeyStore(rows: rows)
            let now = Timestamp.now()
            guard var old = try await store.lock(id, in: tenant), old.revokedAt == nil, old.replacedBy == nil,
                old.expiresAt.map({ $0 > now }) ?? true
            else { return nil }
            let key = try await store.create(try draft(old), in: tenant)
            old.replacedBy = key.id
            old.expiresAt = min(old.expiresAt ?? now + grace, now + grace)
            _ = try await store.update(old, in: tenant)
            try await Self.audit(.apiKeyReplaced, old, origin, tenant, rows)
            try await Self.audit(.apiKeyCreated, key, origin, tenant, rows)
            if grace == .zero {
                _ = try await store.revoke(id, in: tenant)
                try await Self.tellRevoked(id, tenant: tenant, in: rows)
            } else {
                try await Self.forgetExchanges(in: tenant, rows)
            }
            return key
        }
    }

    /// False when there is no such key that is not revoked already.
    func revoke(_ id: APIKeyID, origin: Origin, in tenant: TenantID) async throws -> Bool {
        try await database.transaction { rows in
            guard try await APIKeyStore(rows: rows).revoke(id, in: tenant) else { return false }
            try await AuditStore(rows: rows).append(origin.entry(.apiKeyRevoked, "api_key/\(id)"), in: tenant)
            try await Self.tellRevoked(id, tenant: tenant, in: rows)
            return true
        }
    }

    /// Tells that the tokens of a key are void; last in its transaction.
    static func tellRevoked(_ id: APIKeyID, tenant: TenantID, in rows: Transaction) async throws {
        try await ChangeStore.append(
            .revokedAPIKey, key: id.jsonText,
            value: ChangeFeedAPI.ExpiryValue(tenantID: tenant, expiresAt: .now() + ChangeStore.tokenLife),
            tenant: tenant, in: rows)
    }

    /// Has gateways ask again what keys may do, rather than within a minute; call it last in the transaction.
    ///
    /// They do so when any key is revoked, so one is told of that nobody has.
    static func forgetExchanges(in tenant: TenantID, _ rows: Transaction) async throws {
        try await tellRevoked(.make(), tenant: tenant, in: rows)
    }

    private static func checkAccount(of draft: APIKeyDraft, in tenant: TenantID, _ rows: Transaction) async throws {
        guard let id = draft.serviceAccountID else { return }
        guard let account = try await ServiceAccountStore(rows: rows).lock(id, in: tenant), account.status == .active
        else { throw Failure.invalid("/service_account_id", "not_allowed", "no active service account") }
        guard Set(draft.scopes).isSubset(of: account.scopes) else {
            throw Failure.invalid("/scopes", "not_allowed", "more than the service account may do")
        }
    }

    private static func audit(
        _ action: AuditEntry.Action, _ key: APIKey, _ origin: Origin, _ tenant: TenantID, _ rows: Transaction
    ) async throws {
        let after: JSONValue = [
            "name": .string(key.name), "scopes": .array(key.scopes.map { .string($0.rawValue) }),
            "expires_at": key.expiresAt.map { .string($0.jsonText) } ?? .null,
        ]
        try await AuditStore(rows: rows).append(
            origin.entry(action, "api_key/\(key.id)", after: try JSONText(encoding: after)), in: tenant)
    }
}
