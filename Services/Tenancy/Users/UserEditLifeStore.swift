import Auth
import JSON
import Models
import Postgres

/// Changes of what people are and may do: each deed is one transaction with its audit row, its change and its event.
struct UserEditLifeStore {
    let database: TenantDatabase

    /// Changes a profile; nil when there is no such person, 412 when it is another revision.
    func update(
        _ change: ProfileChange, of id: UserID, revision: Int64?, by caller: Principal, origin: Origin,
        in tenant: TenantID
    ) async throws -> User? {
        try await database.transaction { rows in
            guard let present = try await Self.lock(id, revision: revision, rows, in: tenant) else { return nil }
            if caller.user?.userID != id { try UserRules.check(caller, over: present.role) }
            guard let user = try await UserChangeStore(rows: rows).update(change, of: id, in: tenant) else {
                return nil
            }
            try await AuditStore(rows: rows).append(
                origin.entry(
                    .userUpdated, "user/\(id)", before: try JSONText(encoding: ProfileFields(present)),
                    after: try JSONText(encoding: ProfileFields(user))), in: tenant)
            try await UserEvents.publish(.userUpdated, user, changed: change.fields, in: rows)
            return user
        }
    }

    /// Gives another role; nil when there is no such person, 409 for the last owner.
    func setRole(
        _ role: Role, of id: UserID, revision: Int64?, by caller: Principal, origin: Origin, in tenant: TenantID
    ) async throws -> User? {
        try await database.transaction { rows in
            _ = try await TenantStore(rows: rows).lockEntitlements(of: tenant)
            guard let present = try await Self.lock(id, revision: revision, rows, in: tenant) else { return nil }
            try UserRules.check(caller, over: present.role)
            try UserRules.check(caller, over: role)
            guard present.role != role else { return present }
            if present.role == .owner { try await Self.keepOwner(besides: id, rows, in: tenant) }
            return try await Self.move(id, from: present.role, to: role, .userRoleChanged, rows, origin, in: tenant)
        }
    }

    /// Makes somebody the owner in one's own place; nil when there is nobody active of that id.
    func transferOwnership(
        to id: UserID, from owner: UserID, becoming role: Role, mail: MailQueue, origin: Origin, in tenant: TenantID
    ) async throws -> User? {
        try await database.transaction { rows in
            _ = try await TenantStore(rows: rows).lockEntitlements(of: tenant)
            guard let giver = try await Self.lock(owner, revision: nil, rows, in: tenant), giver.role == .owner,
                giver.status == .active
            else { throw Failure(.forbidden, "Only an owner can hand the account over.") }
            guard let present = try await Self.lock(id, revision: nil, rows, in: tenant) else { return nil }
            guard present.status == .active else { throw Failure(.conflict, "The person is deactivated.") }
            guard id != owner else { throw Failure(.conflict, "The account is yours already.") }
            var heir: User? = present
            if present.role != .owner {
                heir = try await Self.move(
                    id, from: present.role, to: .owner, .ownershipTransferred, rows, origin, in: tenant)
            }
            _ = try await Self.move(owner, from: .owner, to: role, .userRoleChanged, rows, origin, in: tenant)
            let place = try await TenantStore(rows: rows).find(tenant)
            for person in [giver, present] {
                let words = ["from": giver.name, "to": present.name]
                try await mail.send(try .about(.ownershipTransferred, person, place, words), in: rows)
            }
            return heir
        }
    }

    /// Sets in which ways somebody is told of what; nil when there is no such person.
    func setNotifications(
        _ asked: [(event: NotificationEvent, channels: [NotificationChannel])], of id: UserID, by caller: Principal,
        origin: Origin, in tenant: TenantID
    ) async throws -> NotificationChoices? {
        try await database.transaction { rows in
            guard let user = try await Self.lock(id, revision: nil, rows, in: tenant) else { return nil }
            if caller.user?.userID != id { try UserRules.check(caller, over: user.role) }
            let store = UserChangeStore(rows: rows)
            let (choices, faults) = NotificationChoices.make(asked, hasPhone: user.phone != nil)
            guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
            let before = try await store.notifications(of: id, in: tenant)
            guard before != choices else { return choices }
            try await store.setNotifications(choices, of: id, in: tenant)
            try await AuditStore(rows: rows).append(
                origin.entry(
                    .notificationsSet, "user/\(id)", before: try before?.document(), after: try choices.document()),
                in: tenant)
            try await UserEvents.publish(.userUpdated, user, changed: ["notifications"], in: rows)
            return choices
        }
    }

    // What the steps have in common.

    /// The person, locked and not in the bin; 412 when it is another revision than the caller saw.
    static func lock(
        _ id: UserID, revision: Int64?, _ rows: Transaction, in tenant: TenantID
    ) async throws -> User? {
        guard let user = try await UserChangeStore(rows: rows).lock(id, in: tenant), user.deletedAt == nil else {
            return nil
        }
        guard revision == nil || revision == user.revision else { throw Failure(.preconditionFailed) }
        return user
    }

    /// Throws 409 when nobody else owns the tenant; whoever asks holds the lock that all of these take first.
    static func keepOwner(besides id: UserID, _ rows: Transaction, in tenant: TenantID) async throws {
        guard try await UserChangeStore(rows: rows).hasOwner(besides: id, in: tenant) else {
            throw Failure(.lastOwner)
        }
    }

    /// Gives another role, within the transaction of whoever has checked that it may be.
    static func move(
        _ id: UserID, from: Role, to: Role, _ action: AuditEntry.Action, _ rows: Transaction, _ origin: Origin,
        in tenant: TenantID
    ) async throws -> User? {
        guard let user = try await UserChangeStore(rows: rows).setRole(to, of: id, in: tenant) else { return nil }
        try await AuditStore(rows: rows).append(
            origin.entry(
                action, "user/\(id)", before: try JSONText(encoding: ["role": from.rawValue]),
                after: try JSONText(encoding: ["role": to.rawValue])), in: tenant)
        try await UserEvents.publish(.userUpdated, user, changed: ["role"], in: rows)
        try await ChangeStore.appendVersion(user.version, of: id, tenant: tenant, in: rows)
        return user
    }
}

/// What the audit log shows of a profile; erasable as all details are.
private struct ProfileFields: Codable {
    var name: String
    var phone: String?
    var language: String?
    var timeZone: String?
    var territory: [String]
    var skills: [String]
    var languages: [String]

    init(_ user: User) {
        name = user.name
        phone = user.phone
        language = user.language
        timeZone = user.timeZone
        territory = user.territory
        skills = user.skills
        languages = user.languages
    }
}
