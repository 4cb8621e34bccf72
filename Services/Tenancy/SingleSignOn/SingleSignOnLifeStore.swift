import JSON
import Models
import Postgres

/// Setting up a provider and letting its people in: each deed is one transaction with its changes and its audit row.
struct SingleSignOnLifeStore {
    let database: TenantDatabase

    /// Nil when the configuration has another version.
    ///
    /// Enforcing ends all sessions that came about in another way.
    func set(
        _ wanted: TenancyAPI.SetSingleSignOn, secret: Patch<[UInt8]>, version: Int64?, origin: Origin,
        in tenant: TenantID
    ) async throws -> SingleSignOn? {
        try await database.transaction { rows in
            let store = SingleSignOnStore(rows: rows)
            let before = try await store.find(in: tenant)
            if let before, before.issuer != wanted.issuer, before.clientSecret != nil, !secret.isPresent {
                // A secret is shown to nobody but the provider that it was set for.
                throw Failure.invalid("/client_secret", "required", "another issuer needs its own secret, or null")
            }
            guard let set = try await store.put(wanted, secret: secret, version: version, in: tenant) else {
                return nil
            }
            let isNewlyEnforced = set.isEnforced && before?.isEnforced != true
            let ended = isNewlyEnforced ? try await store.endOtherSessions(in: tenant) : []
            try await AuditStore(rows: rows).append(
                origin.entry(
                    .singleSignOnSet, "tenant/\(tenant)", before: try before.map { try JSONText(encoding: $0.audited) },
                    after: try JSONText(encoding: set.audited)), in: tenant)
            try await ChangeStore.appendRevoked(ended, tenant: tenant, in: rows)
            return set
        }
    }

    /// Nil when there is none; false when it has another version.
    func remove(version: Int64?, origin: Origin, in tenant: TenantID) async throws -> Bool? {
        try await database.transaction { rows in
            let store = SingleSignOnStore(rows: rows)
            guard let before = try await store.find(in: tenant) else { return nil }
            guard try await store.remove(version: version, in: tenant) else { return false }
            try await AuditStore(rows: rows).append(
                origin.entry(
                    .singleSignOnRemoved, "tenant/\(tenant)", before: try JSONText(encoding: before.audited)),
                in: tenant)
            return true
        }
    }

    /// Forgets which account of the provider is a person's; false when they have none.
    func unlink(_ user: UserID, origin: Origin, in tenant: TenantID) async throws -> Bool {
        try await database.transaction { rows in
            guard try await SingleSignOnAccountStore(rows: rows).unlink(user, in: tenant) else { return false }
            try await AuditStore(rows: rows).append(
                origin.entry(.singleSignOnUnlinked, "user/\(user)"), in: tenant)
            return true
        }
    }

    /// Writes down that somebody did not get in; the detail is for the owner and names no secret.
    func noteRefusal(_ fault: SingleSignOnFault, _ detail: String?, origin: Origin, in tenant: TenantID) async throws {
        let after = try JSONText(encoding: ["reason": fault.rawValue, "detail": detail ?? ""])
        try await AuditStore(rows: database).append(
            origin.entry(.singleSignOnRefused, "tenant/\(tenant)", after: after), in: tenant)
    }

    /// The user behind somebody who has signed in at the provider: known, linked by the address, or made.
    func user(_ person: SingleSignOnPerson, _ settings: SingleSignOn, origin: Origin) async throws -> User {
        let tenant = settings.tenantID
        return try await database.transaction { rows in
            // In the same order as whoever invites, so that neither waits for the other; of two first sign-ins of one
            // person at once the second finds what the first has made.
            let seats = try await TenantStore(rows: rows).lockEntitlements(of: tenant)?.seats
            let accounts = SingleSignOnAccountStore(rows: rows)
            let known = try await accounts.use(issuer: person.issuer, subject: person.subject, in: tenant)
            let present = try await find(known, person.email, rows, in: tenant)
            if let present { try check(present, person) }
            let user: User
            if let present {
                user = present
            } else {
                user = try await make(person, settings, seats: seats, rows, origin)
            }
            if known == nil { try await link(person, to: user.id, rows, origin, in: tenant) }
            guard let role = person.role(after: user.role), present != nil else { return user }
            let moved = try await UserEditLifeStore.move(
                user.id, from: user.role, to: role, .userRoleChanged, rows, origin, in: tenant)
            guard let moved else { throw SingleSignOnFault.deactivated }
            return moved
        }
    }

    /// Also who is in the bin, and holds them to the end of the transaction.
    private func find(
        _ known: UserID?, _ email: EmailAddress, _ rows: Transaction, in tenant: TenantID
    ) async throws -> User? {
        var id = known
        if id == nil { id = try await UserStore(rows: rows).credentials(email: email, in: tenant)?.user.id }
        guard let id else { return nil }
        return try await UserChangeStore(rows: rows).lock(id, in: tenant)
    }

    private func check(_ user: User, _ person: SingleSignOnPerson) throws(SingleSignOnFault) {
        guard user.status == .active else { throw .deactivated }
        guard person.role != nil || !person.isRoleGiven || user.role == .owner else { throw .noRole }
    }

    private func link(
        _ person: SingleSignOnPerson, to user: UserID, _ rows: Transaction, _ origin: Origin, in tenant: TenantID
    ) async throws {
        let isLinked = try await SingleSignOnAccountStore(rows: rows).link(
            issuer: person.issuer, subject: person.subject, to: user, in: tenant)
        guard isLinked else { throw SingleSignOnFault.linkedElsewhere }
        try await AuditStore(rows: rows).append(origin.entry(.singleSignOnLinked, "user/\(user)"), in: tenant)
    }

    private func make(
        _ person: SingleSignOnPerson, _ settings: SingleSignOn, seats: Int?, _ rows: Transaction, _ origin: Origin
    ) async throws -> User {
        let tenant = settings.tenantID
        let users = UserStore(rows: rows)
        let invited = try await SingleSignOnAccountStore(rows: rows).acceptInvitation(of: person.email, in: tenant)
        guard settings.createsUsers || invited != nil else { throw SingleSignOnFault.notInvited }
        // Whoever is invited as an owner becomes one; else the provider's word counts, if it gives one.
        guard let role = invited == .owner ? .owner : person.role ?? invited else { throw SingleSignOnFault.noRole }
        if let seats, try await users.countActive(in: tenant) >= seats { throw SingleSignOnFault.noSeat }
        let user = try await users.create(
            id: .make(), email: person.email, name: person.name, role: role, passwordHash: nil, in: tenant)
        try await AuditStore(rows: rows).append(origin.entry(.userCreated, "user/\(user.id)"), in: tenant)
        try await UserEvents.publish(.userCreated, user, in: rows)
        // The provider has seen to it that the address is theirs, or the owner believes so.
        return try await EmailTokenStore(rows: rows).verify(person.email, of: user.id, in: tenant) ?? user
    }
}

extension SingleSignOn {
    /// What the audit log keeps of a configuration: all but the secret.
    fileprivate var audited: [String: String] {
        [
            "issuer": issuer, "client_id": clientID, "has_client_secret": "\(clientSecret != nil)",
            "email_domains": emailDomains.joined(separator: " "), "domain_claim": domainClaim ?? "",
            "trusts_email": "\(trustsEmail)", "creates_users": "\(createsUsers)", "role_claim": roleClaim ?? "",
            "roles": roles.map { "\($0.value)=\($0.role.rawValue)" }.joined(separator: " "),
            "default_role": defaultRole?.rawValue ?? "", "is_enabled": "\(isEnabled)", "is_enforced": "\(isEnforced)",
        ]
    }
}
