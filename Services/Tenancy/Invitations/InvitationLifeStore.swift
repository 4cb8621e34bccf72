import Models
import Postgres

/// Making and revoking invitations: each deed is one transaction with its audit row.
struct InvitationLifeStore {
    let database: TenantDatabase

    func create(
        _ id: InvitationID, email: EmailAddress, name: String?, role: Role, areas: [PlatformArea]? = nil,
        digest: [UInt8], createdBy: UserID?,
        expiresAt: Timestamp, letter: Letter, mail: MailQueue, origin: Origin, in tenant: TenantID
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
                expiresAt: expiresAt, in: tenant)
            try await AuditStore(rows: rows).append(origin.entry(.invitationCreated, "invitation/\(id)"), in: tenant)
            try await mail.send(letter, in: rows)
            return made
        }
    }

    /// False when there is no such invitation that still can be accepted.
    func revoke(_ id: InvitationID, origin: Origin, in tenant: TenantID) async throws -> Bool {
        try await database.transaction { rows in
            guard try await InvitationStore(rows: rows).revoke(id, in: tenant) else { return false }
            try await AuditStore(rows: rows).append(origin.entry(.invitationRevoked, "invitation/\(id)"), in: tenant)
            return true
        }
    }
}
