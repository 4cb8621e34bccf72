import Models
import Postgres

/// Making and revoking keys: each deed is one transaction with its audit row and its change.
struct APIKeyLifeStore {
    let database: TenantDatabase

    func create(
        _ id: APIKeyID, name: String, scopes: [Scope], mode: KeyMode, prefix: String, digest: [UInt8],
        createdBy: UserID,
        origin: Origin, in tenant: TenantID
    ) async throws -> APIKey {
        try await database.transaction { rows in
            let key = try await APIKeyStore(rows: rows).create(
                id, name: name, scopes: scopes, mode: mode, prefix: prefix, digest: digest, createdBy: createdBy,
                in: tenant)
            try await AuditStore(rows: rows).append(origin.entry(.apiKeyCreated, "api_key/\(id)"), in: tenant)
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
}
