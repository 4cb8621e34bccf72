import Crypto
import Models
import Postgres

/// Changing and resetting passwords: each deed is one transaction with its letter, its change and its audit row.
struct PasswordLifeStore {
    /// How long the next letter to one address has to wait.
    private static let pause = Duration.seconds(60)

    let database: TenantDatabase

    /// Sets a password that the person chose; the one session stays, all others end.
    func change(
        of user: User, to hash: String, keeping session: SessionID, mail: MailQueue, origin: Origin
    ) async throws -> User {
        let tenant = user.tenantID
        return try await database.transaction { rows in
            guard let changed = try await UserStore(rows: rows).setPassword(hash, name: nil, of: user.id, in: tenant)
            else { throw Failure(.conflict) }
            let sessions = SessionStore(rows: rows)
            let ended = try await sessions.revokeOthers(than: session, of: user.id, in: tenant)
            _ = try await sessions.authenticate(session, of: user.id, in: tenant)
            try await mail.send(
                try .about(.passwordChanged, changed, try await TenantStore(rows: rows).find(tenant)), in: rows)
            try await AuditStore(rows: rows).append(origin.entry(.passwordChanged, "user/\(user.id)"), in: tenant)
            try await ChangeStore.appendVersion(changed.version, of: user.id, tenant: tenant, in: rows)
            try await ChangeStore.appendRevoked(ended, tenant: tenant, in: rows)
            return changed
        }
    }

    /// Mails a link to the address, if it is an active user's and had none a moment ago.
    func startReset(
        of email: EmailAddress, links: InvitationLinks, mail: MailQueue, origin: Origin, in tenant: TenantID
    )
        async throws
    {
        try await database.transaction { rows in
            guard let found = try await UserStore(rows: rows).credentials(email: email, in: tenant),
                found.user.status == .active, let place = try await TenantStore(rows: rows).find(tenant)
            else { return }
            let invitations = InvitationStore(rows: rows)
            guard try await !invitations.hasPending(.reset, email: email, since: Self.pause, in: tenant) else { return }
            try await invitations.revokePending(.reset, email: email, in: tenant)
            let token = OpaqueToken.make(.passwordReset)
            _ = try await invitations.create(
                .make(), email: email, name: found.user.name, role: found.user.role, purpose: .reset,
                digest: token.digest, createdBy: nil, expiresAt: .now() + Invitation.resetLife, in: tenant)
            var letter = try Letter.about(.passwordReset, found.user, place)
            letter.url = links.url(of: token, subdomain: place.subdomain)
            try await mail.send(letter, in: rows)
            try await AuditStore(rows: rows).append(
                origin.entry(.passwordResetStarted, "user/\(found.user.id)"), in: tenant)
        }
    }
}
