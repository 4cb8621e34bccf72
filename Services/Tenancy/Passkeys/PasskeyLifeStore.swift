import JSON
import Models
import Postgres

/// Registering, renaming and removing passkeys: each deed is one transaction with its letter and its audit row.
struct PasskeyLifeStore {
    let database: TenantDatabase

    /// 409 when the person has as many as anybody may have, or the tenant knows the credential.
    func create(
        _ made: MadePasskey, name: String, transports: [String], of user: User, mail: MailQueue, origin: Origin
    ) async throws -> Passkey {
        let tenant = user.tenantID
        return try await database.transaction { rows in
            let store = PasskeyStore(rows: rows)
            // Of several registrations at once none may pass the bound.
            guard try await UserStore(rows: rows).lock(user.id, in: tenant) else { throw Failure(.invalidToken) }
            guard try await store.list(of: user.id, in: tenant).count < Passkey.most else { throw Self.tooMany }
            let passkey = try await store.create(
                .make(), made, name: name, transports: transports, of: user.id, in: tenant)
            try await tell("added", .passkeyAdded, passkey.name, user, mail, origin, rows)
            return passkey
        }
    }

    /// Without a name nothing is changed; nil when the person has no such passkey.
    func rename(_ id: PasskeyID, to name: String?, of user: UserID, origin: Origin, in tenant: TenantID) async throws
        -> Passkey?
    {
        try await database.transaction { rows in
            guard let name else {
                return try await PasskeyStore(rows: rows).list(of: user, in: tenant).first { $0.id == id }
            }
            let renamed = try await PasskeyStore(rows: rows).rename(id, to: name, of: user, in: tenant)
            guard let renamed else { return nil }
            try await AuditStore(rows: rows).append(
                origin.entry(.passkeyRenamed, "user/\(user)", after: try JSONText(encoding: ["name": name])), in: tenant
            )
            return renamed
        }
    }

    /// False when the person has no such passkey.
    func remove(_ id: PasskeyID, of user: User, mail: MailQueue, origin: Origin) async throws -> Bool {
        try await database.transaction { rows in
            let store = PasskeyStore(rows: rows)
            let name = try await store.list(of: user.id, in: user.tenantID).first { $0.id == id }?.name
            guard let name, try await store.remove(id, of: user.id, in: user.tenantID) else { return false }
            try await tell("removed", .passkeyRemoved, name, user, mail, origin, rows)
            return true
        }
    }

    /// False when the person has none.
    func removeAll(of user: User, mail: MailQueue, origin: Origin) async throws -> Bool {
        try await database.transaction { rows in
            guard try await PasskeyStore(rows: rows).removeAll(of: user.id, in: user.tenantID) > 0 else { return false }
            try await tell("removed", .passkeyRemoved, nil, user, mail, origin, rows)
            return true
        }
    }

    /// Notes that a passkey was shown which may be a copy.
    func noteRefusal(_ passkey: Passkey, origin: Origin, in tenant: TenantID) async throws {
        try await AuditStore(rows: database).append(
            origin.entry(
                .passkeyRefused, "user/\(passkey.userID)", after: try JSONText(encoding: ["name": passkey.name])),
            in: tenant)
    }

    static var tooMany: Failure { Failure(.conflict, "A person has at most \(Passkey.most) passkeys.") }

    private func tell(
        _ change: String, _ action: AuditEntry.Action, _ name: String?, _ user: User, _ mail: MailQueue,
        _ origin: Origin, _ rows: Transaction
    ) async throws {
        let tenant = try await TenantStore(rows: rows).find(user.tenantID)
        try await mail.send(try .about(.passkeyChanged, user, tenant, ["change": change]), in: rows)
        try await AuditStore(rows: rows).append(
            origin.entry(action, "user/\(user.id)", after: try name.map { try JSONText(encoding: ["name": $0]) }),
            in: user.tenantID)
    }
}
