import Models
import Postgres

/// Accepting an invitation: the link is used up, the user made or let in again, and the session opened, all or nothing.
struct InvitationAcceptanceStore {
    let database: TenantDatabase

    /// The invitation behind a token, while it can still be accepted; reads only.
    func find(digest: [UInt8], in tenant: TenantID) async throws -> Invitation? {
        try await InvitationStore(rows: database).find(digest: digest, in: tenant)
    }

    /// Nil when the token is unknown, used, revoked or over.
    func accept(
        digest: [UInt8], name: String, passwordHash: String, session: SessionID, refreshDigest: [UInt8],
        expiresAt: Timestamp, device: Device, origin: Origin, in tenant: TenantID
    ) async throws -> User? {
        try await database.transaction { rows in
            // In the same order as whoever invites, so that neither waits for the other.
            let seats = try await TenantStore(rows: rows).lockEntitlements(of: tenant)?.seats
            guard let invitation = try await InvitationStore(rows: rows).accept(digest: digest, in: tenant) else {
                return nil
            }
            try await SingleSignOnStore(rows: rows).checkOtherWay(invitation.role, in: tenant)
            let email = try EmailAddress(jsonText: invitation.email)
            let users = UserStore(rows: rows)
            let user: User
            var ended: [SessionID] = []
            switch invitation.purpose {
            case .invitation:
                // A plan may have become smaller since the invitation.
                if let seats, try await users.countActive(in: tenant) >= seats { throw Failure(.seatLimitReached) }
                user = try await users.create(
                    id: .make(), email: email, name: name, role: invitation.role, areas: invitation.areas,
                    passwordHash: passwordHash,
                    in: tenant)
            case .reset:
                guard let present = try await users.credentials(email: email, in: tenant),
                    let changed = try await users.setPassword(passwordHash, name: nil, of: present.user.id, in: tenant)
                else { return nil }
                user = changed
                // Whoever signed in with the old password is out, whenever that was.
                ended = try await SessionStore(rows: rows).revokeAll(of: user.id, in: tenant)
            }
            try await SessionStore(rows: rows).open(
                session, of: user.id, digest: refreshDigest, expiresAt: expiresAt, device: device,
                in: tenant)
            _ = try await users.noteSignIn(of: user.id, version: user.version, in: tenant)
            var origin = origin
            origin.actor = .user(user.id, impersonator: nil)
            let action: AuditEntry.Action = invitation.purpose == .reset ? .passwordReset : .invitationAccepted
            try await AuditStore(rows: rows).append(origin.entry(action, "user/\(user.id)"), in: tenant)
            if invitation.purpose == .invitation { try await UserEvents.publish(.userCreated, user, in: rows) }
            if invitation.purpose == .reset {
                try await ChangeStore.appendVersion(user.version, of: user.id, tenant: tenant, in: rows)
                try await ChangeStore.appendRevoked(ended, tenant: tenant, in: rows)
            }
            return user
        }
    }
}
