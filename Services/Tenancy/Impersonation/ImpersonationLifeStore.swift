import Auth
import Models
import Postgres
import JSON

/// Acting as a tenant's owner: each step is one transaction with its audit rows.
struct ImpersonationLifeStore {
    /// How long a code works: the browser follows the link at once.
    static let codeLife = Duration.seconds(60)

    let database: TenantDatabase

    /// Makes a code for the tenant's first active owner; nil when it has none.
    func create(
        _ id: ImpersonationID, by impersonator: UserID, digest: [UInt8], expiresAt: Timestamp, reason: String,
        origin: Origin, in tenant: TenantID
    ) async throws -> UserID? {
        try await database.transaction { rows in
            guard let owner = try await TenantEditStore(rows: rows).owners(of: tenant).first else { return nil }
            try await ImpersonationStore(rows: rows).create(
                id, of: owner.id, by: impersonator, digest: digest, expiresAt: expiresAt, in: tenant)
            try await TenantLifeStore.audit(
                .impersonationCreated, of: tenant, origin, after: try JSONText(encoding: ["reason": reason]), rows)
            return owner.id
        }
    }

    /// Uses a code up and opens the session; nil when the code does not work or the owner has gone meanwhile.
    func exchange(
        digest: [UInt8], session: SessionID, device: Device, origin: Origin, in tenant: TenantID
    ) async throws -> (user: User, impersonator: UserID)? {
        try await database.transaction { rows in
            let store = ImpersonationStore(rows: rows)
            guard let used = try await store.use(digest: digest, in: tenant),
                let user = try await UserStore(rows: rows).find(used.user, in: tenant), user.status == .active
            else { return nil }
            try await store.open(
                session, of: user.id, device: device, expiresAt: .now() + TokenClaims.Life.impersonation, in: tenant)
            var origin = origin
            origin.actor = .user(user.id, impersonator: used.impersonator)
            try await TenantLifeStore.audit(.impersonationBegun, of: tenant, origin, rows)
            return (user, used.impersonator)
        }
    }
}
