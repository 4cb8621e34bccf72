import Auth
import Models
import Postgres

/// Making and revoking invitations: each deed is one transaction with its audit row.
struct InvitationLifeStore {
    let database: TenantDatabase

    func create(
        _ id: InvitationID, email: EmailAddress, name: String?, role: Role, areas: [PlatformArea]? = nil,
        digest: [UInt8], createdBy: UserID?,
        expiresAt: Timestamp, letter: Letter?, mail: MailQueue, origin: Origin, in tenant: TenantID
    ) async throws -> Invitation {
        try await database.transaction { rows in
            // Locked first, so that two invitations cannot both take the last seat.
            let seats = try await TenantStore(rows: rows).lockEntitlements(of: tenant)?.seats
            let users = UserStore(rows: rows)
            guard try await users.credentials(email: email, in: tenant) == nil else { throw Failure(.emailTaken) }
            let invitations = InvitationStore(rows: rows)
            try await invitations.revokePending(.invitation, email: email, in: tenant)
            let taken = try await users.countActive(in: tenant) + invitations.countPending(in: tenant)
            if let seats, taken >= seats { throw Failure(.seatLimitReached) }
            let made = try await invitations.create(
                id, email: email, name: name, role: role, areas: areas, purpose: .invitation, digest: digest,
                createdBy: createdBy,
                expiresAt: expiresAt, isMailed: letter != nil, in: tenant)
            try await AuditStore(rows: rows).append(origin.entry(.invitationCreated, "invitation/\(id)"), in: tenant)
            guard let letter else { return made }
            try await mail.send(letter, of: id, in: rows)
            return try await invitations.find(id, in: tenant) ?? made
        }
    }

    /// Gives an invitation another link, also one that is over; the link before is void.
    ///
    /// Nil when there is none that can be accepted. `letter` is told of the invitation, and nil sends nothing.
    func renew(
        _ id: InvitationID, digest: [UInt8], expiresAt: Timestamp, by caller: Principal,
        letter: @Sendable (Invitation) throws -> Letter?, mail: MailQueue, origin: Origin, in tenant: TenantID
    ) async throws -> Invitation? {
        try await database.transaction { rows in
            let seats = try await TenantStore(rows: rows).lockEntitlements(of: tenant)?.seats
            let invitations = InvitationStore(rows: rows)
            guard let present = try await invitations.lock(id, in: tenant) else { return nil }
            // Whoever sees the link could accept it.
            if tenant != .platform, caller.user?.role != .superAdmin { try UserRules.check(caller, over: present.role) }
            let now = Timestamp.now()
            let status = present.status(at: now)
            guard status == .pending || status == .expired else { throw Failure(.conflict) }
            if status == .expired, let seats {
                let active = try await UserStore(rows: rows).countActive(in: tenant)
                let taken = try await active + invitations.countPending(in: tenant)
                guard taken < seats else { throw Failure(.seatLimitReached) }
            }
            let letter = try letter(present)
            if letter != nil, present.sentAt + Invitation.pause > now {
                throw Failure(.rateLimited, "A letter was sent a moment ago.", headers: [("Retry-After", "60")])
            }
            let renewed = try await invitations.renew(
                id, digest: digest, expiresAt: expiresAt, isMailed: letter != nil, in: tenant)
            guard let renewed else { return nil }
            try await AuditStore(rows: rows).append(origin.entry(.invitationSent, "invitation/\(id)"), in: tenant)
            if let letter { try await mail.send(letter, of: id, in: rows) }
            return renewed
        }
    }

    /// False when there is no such invitation that still can be accepted.
    func revoke(_ id: InvitationID, by caller: Principal, origin: Origin, in tenant: TenantID) async throws -> Bool {
        try await database.transaction { rows in
            if let present = try await InvitationStore(rows: rows).lock(id, in: tenant) {
                try UserRules.check(caller, over: present.role)
            }
            guard try await InvitationStore(rows: rows).revoke(id, in: tenant) else { return false }
            try await AuditStore(rows: rows).append(origin.entry(.invitationRevoked, "invitation/\(id)"), in: tenant)
            return true
        }
    }
}
