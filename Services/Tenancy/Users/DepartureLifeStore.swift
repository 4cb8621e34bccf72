import Auth
import JSON
import Models
import Postgres

/// Leaving and coming back: each deed is one transaction with its audit row, its changes and its event.
struct DepartureLifeStore {
    /// How somebody leaves.
    struct Departure: Sendable {
        /// Who takes over the open work.
        var heir: UserID?
        /// Whether the keys that the person made end too.
        var endsKeys: Bool
    }

    let database: TenantDatabase

    /// Keeps somebody out at once and hands their open work over; asked for again it changes nothing.
    ///
    /// Nil when there is no such person, 409 for the last owner.
    func deactivate(
        _ id: UserID, _ departure: Departure, by caller: Principal, origin: Origin, in tenant: TenantID
    ) async throws -> User? {
        try await database.transaction { rows in
            _ = try await TenantStore(rows: rows).lockEntitlements(of: tenant)
            guard let present = try await UserEditLifeStore.lock(id, revision: nil, rows, in: tenant) else {
                return nil
            }
            try UserRules.check(caller, over: present.role)
            try UserRules.checkOther(caller, id)
            guard present.status == .active else { return present }
            if present.role == .owner { try await UserEditLifeStore.keepOwner(besides: id, rows, in: tenant) }
            try await check(heir: departure.heir, of: id, rows, in: tenant)
            guard let user = try await UserChangeStore(rows: rows).setStatus(.deactivated, of: id, in: tenant) else {
                return nil
            }
            let ended = try await SessionStore(rows: rows).revokeAll(of: id, in: tenant)
            let email = try EmailAddress(jsonText: user.email)
            try await InvitationStore(rows: rows).revokePending(.reset, email: email, in: tenant)
            try await EmailTokenStore(rows: rows).revokeAll(of: id, in: tenant)
            let keys = departure.endsKeys ? try await UserChangeStore(rows: rows).revokeKeys(of: id, in: tenant) : []
            let facts = ["heir": departure.heir.map(\.jsonText), "revoked_keys": String(keys.count)]
            try await AuditStore(rows: rows).append(
                origin.entry(.userDeactivated, "user/\(id)", after: try JSONText(encoding: facts)), in: tenant)
            try await UserEvents.publish(.userDeactivated, user, heir: departure.heir, in: rows)
            try await ChangeStore.appendVersion(user.version, of: id, tenant: tenant, in: rows)
            try await ChangeStore.appendRevoked(ended, tenant: tenant, in: rows)
            for key in keys { try await APIKeyLifeStore.tellRevoked(key, tenant: tenant, in: rows) }
            return user
        }
    }

    private func check(heir: UserID?, of id: UserID, _ rows: Transaction, in tenant: TenantID) async throws {
        guard let heir else { return }
        let found = try await UserStore(rows: rows).find(heir, in: tenant)
        guard heir != id, found?.status == .active else {
            throw Failure.invalid("/hand_over_to", "not_allowed", "another active person of the tenant expected")
        }
    }

    /// Lets somebody in again, while the plan has a seat; asked for again it changes nothing.
    func reactivate(_ id: UserID, by caller: Principal, origin: Origin, in tenant: TenantID) async throws -> User? {
        try await database.transaction { rows in
            let seats = try await TenantStore(rows: rows).lockEntitlements(of: tenant)?.seats
            guard let present = try await UserEditLifeStore.lock(id, revision: nil, rows, in: tenant) else {
                return nil
            }
            try UserRules.check(caller, over: present.role)
            guard present.status == .deactivated else { return present }
            let taken =
                try await UserStore(rows: rows).countActive(in: tenant)
                + InvitationStore(rows: rows).countPending(in: tenant)
            if let seats, taken >= seats { throw Failure(.seatLimitReached) }
            guard let user = try await UserChangeStore(rows: rows).setStatus(.active, of: id, in: tenant) else {
                return nil
            }
            try await AuditStore(rows: rows).append(origin.entry(.userReactivated, "user/\(id)"), in: tenant)
            try await UserEvents.publish(.userReactivated, user, in: rows)
            try await ChangeStore.appendVersion(user.version, of: id, tenant: tenant, in: rows)
            return user
        }
    }

    /// Puts a deactivated person into the bin; false when there is none of that id.
    func delete(
        _ id: UserID, revision: Int64?, by caller: Principal, origin: Origin, in tenant: TenantID
    ) async throws -> Bool {
        try await database.transaction { rows in
            guard let present = try await UserEditLifeStore.lock(id, revision: revision, rows, in: tenant) else {
                return false
            }
            try UserRules.check(caller, over: present.role)
            guard present.status == .deactivated else {
                throw Failure(.conflict, "Deactivate the person first, and say who takes over.")
            }
            guard let user = try await UserChangeStore(rows: rows).setDeleted(true, of: id, in: tenant) else {
                return false
            }
            try await AuditStore(rows: rows).append(origin.entry(.userDeleted, "user/\(id)"), in: tenant)
            try await UserEvents.publish(.userDeleted, user, in: rows)
            return true
        }
    }

    /// Takes a person out of the bin, deactivated as they were; nil when there is nobody of that id.
    func restore(_ id: UserID, by caller: Principal, origin: Origin, in tenant: TenantID) async throws -> User? {
        try await database.transaction { rows in
            let store = UserChangeStore(rows: rows)
            guard let present = try await store.lock(id, in: tenant) else { return nil }
            try UserRules.check(caller, over: present.role)
            guard present.deletedAt != nil else { return present }
            guard let user = try await store.setDeleted(false, of: id, in: tenant) else { return nil }
            try await AuditStore(rows: rows).append(origin.entry(.userRestored, "user/\(id)"), in: tenant)
            try await UserEvents.publish(.userUpdated, user, changed: ["deleted_at"], in: rows)
            return user
        }
    }
}
