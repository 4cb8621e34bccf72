import JSON
import Models
import Postgres

/// The life of a service account: each deed is one transaction with its changes and its audit row.
struct ServiceAccountLifeStore {
    let database: TenantDatabase

    func create(
        _ wanted: TenancyAPI.CreateServiceAccount, scopes: [Scope], by user: UserID, origin: Origin, in tenant: TenantID
    ) async throws -> ServiceAccount {
        try await database.transaction { rows in
            let account = try await ServiceAccountStore(rows: rows).create(
                .make(), name: wanted.name, description: wanted.description ?? "", scopes: scopes, createdBy: user,
                in: tenant)
            try await Self.audit(.serviceAccountCreated, account, origin, tenant, rows)
            return account
        }
    }

    /// Changes what is given; its keys can do no more than its scopes from then on.
    ///
    /// Nil for another version.
    func update(
        _ wanted: TenancyAPI.UpdateServiceAccount, version: Int64?, of id: ServiceAccountID, origin: Origin,
        in tenant: TenantID
    ) async throws -> ServiceAccount? {
        try await database.transaction { rows in
            let account = try await ServiceAccountStore(rows: rows).update(
                wanted, version: version, of: id, in: tenant)
            guard let account else { return nil }
            try await Self.audit(.serviceAccountUpdated, account, origin, tenant, rows)
            if wanted.scopes != nil { try await APIKeyLifeStore.forgetExchanges(in: tenant, rows) }
            return account
        }
    }

    /// Ends the account's keys for good: they would be known as revoked for a while after they were let in again.
    func disable(_ id: ServiceAccountID, origin: Origin, in tenant: TenantID) async throws {
        try await database.transaction { rows in
            guard let account = try await ServiceAccountStore(rows: rows).move(id, to: .disabled, in: tenant) else {
                return
            }
            try await Self.audit(.serviceAccountDisabled, account, origin, tenant, rows)
            for key in try await APIKeyStore(rows: rows).revokeAll(of: id, in: tenant) {
                try await APIKeyLifeStore.tellRevoked(key, tenant: tenant, in: rows)
            }
        }
    }

    /// The account may have keys again.
    func enable(_ id: ServiceAccountID, origin: Origin, in tenant: TenantID) async throws {
        try await database.transaction { rows in
            guard let account = try await ServiceAccountStore(rows: rows).move(id, to: .active, in: tenant) else {
                return
            }
            try await Self.audit(.serviceAccountEnabled, account, origin, tenant, rows)
        }
    }

    private static func audit(
        _ action: AuditEntry.Action, _ account: ServiceAccount, _ origin: Origin, _ tenant: TenantID,
        _ rows: Transaction
    ) async throws {
        let after: JSONValue = [
            "name": .string(account.name), "scopes": .array(account.scopes.map { .string($0.rawValue) }),
        ]
        try await AuditStore(rows: rows).append(
            origin.entry(action, "service_account/\(account.id)", after: try JSONText(encoding: after)), in: tenant)
    }
}
