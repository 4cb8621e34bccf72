import Crypto
import JSON
import Models
import Postgres

/// Verifying and changing addresses: each deed is one transaction with its letters and its audit row.
struct EmailLifeStore {
    let database: TenantDatabase
    let mail: MailQueue
    let links: InvitationLinks

    /// Mails a link to the address that the person has; nothing when it is verified.
    func startVerification(of user: UserID, in tenant: TenantID) async throws {
        try await database.transaction { rows in
            guard let person = try await UserEditLifeStore.lock(user, revision: nil, rows, in: tenant) else {
                throw Failure(.notFound)
            }
            guard person.emailVerifiedAt == nil else { return }
            try await send(.verification, EmailAddress(jsonText: person.email), person, rows)
        }
    }

    /// Mails a link to the address that is to come, and a notice to the present one, with a link by which it stays.
    ///
    /// Whether somebody else has the address shows when the link is followed, to whoever reads its letters alone.
    func startChange(of user: UserID, to email: EmailAddress, origin: Origin, in tenant: TenantID) async throws {
        try await database.transaction { rows in
            guard let person = try await UserEditLifeStore.lock(user, revision: nil, rows, in: tenant) else {
                throw Failure(.notFound)
            }
            guard email.text != person.email else {
                throw Failure.invalid("/email", "not_allowed", "it is the address already")
            }
            try await send(.change, email, person, rows)
            try await sendNotice(of: email, to: person, rows)
            try await AuditStore(rows: rows).append(
                origin.entry(
                    .emailChangeRequested, "user/\(user)", before: try JSONText(encoding: ["email": person.email]),
                    after: try JSONText(encoding: ["email": email.text])), in: tenant)
        }
    }

    private func sendNotice(of email: EmailAddress, to person: User, _ rows: Transaction) async throws {
        let (tokens, tenant) = (EmailTokenStore(rows: rows), person.tenantID)
        let present = try EmailAddress(jsonText: person.email)
        _ = try await tokens.revoke(.keeping, of: person.id, in: tenant)
        let token = OpaqueToken.make(.emailVerification)
        try await tokens.create(
            .keeping, of: person.id, email: present, digest: token.digest, expiresAt: .now() + EmailToken.life,
            in: tenant)
        let place = try await TenantStore(rows: rows).find(tenant)
        var letter = try Letter.about(.emailChangeRequested, person, place, ["email": email.text])
        letter.url = links.keeping(of: token, subdomain: place?.subdomain ?? "")
        try await mail.send(letter, in: rows)
    }

    private func send(
        _ purpose: EmailToken.Purpose, _ email: EmailAddress, _ person: User, _ rows: Transaction
    ) async throws {
        let (tokens, tenant) = (EmailTokenStore(rows: rows), person.tenantID)
        guard try await tokens.countRecent(of: person.id, in: tenant) < EmailToken.mostInAnHour else {
            throw Failure(.rateLimited, "Too many letters; try again in an hour.", headers: [("Retry-After", "3600")])
        }
        _ = try await tokens.revoke(purpose, of: person.id, in: tenant)
        let token = OpaqueToken.make(.emailVerification)
        try await tokens.create(
            purpose, of: person.id, email: email, digest: token.digest, expiresAt: .now() + EmailToken.life,
            in: tenant)
        let place = try await TenantStore(rows: rows).find(tenant)
        var letter = try Letter.about(.emailVerification, person, place)
        letter.to = email
        letter.url = links.confirmation(of: token, subdomain: place?.subdomain ?? "")
        try await mail.send(letter, in: rows)
    }

    /// Takes back what waits for its confirmation; false when nothing does.
    func withdraw(of user: UserID, origin: Origin, in tenant: TenantID) async throws -> Bool {
        try await database.transaction { rows in
            guard try await EmailTokenStore(rows: rows).revoke(.change, of: user, in: tenant) else { return false }
            try await AuditStore(rows: rows).append(
                origin.entry(.emailChangeWithdrawn, "user/\(user)"), in: tenant)
            return true
        }
    }

    /// Follows a link; nil when it does not work, 409 when somebody else has the address by now.
    func confirm(digest: [UInt8], origin: Origin, in tenant: TenantID) async throws -> User? {
        try await database.transaction { rows in
            let tokens = EmailTokenStore(rows: rows)
            guard let token = try await tokens.use(digest: digest, in: tenant),
                let person = try await UserEditLifeStore.lock(token.userID, revision: nil, rows, in: tenant)
            else { return nil }
            let email = try EmailAddress(jsonText: token.email)
            var origin = origin
            origin.actor = .user(person.id, impersonator: nil)
            switch token.purpose {
            case .verification:
                guard let user = try await tokens.verify(email, of: person.id, in: tenant) else { return nil }
                try await AuditStore(rows: rows).append(origin.entry(.emailVerified, "user/\(user.id)"), in: tenant)
                return user
            case .change:
                return try await change(person, to: email, rows, origin)
            case .keeping:
                if try await tokens.revoke(.change, of: person.id, in: tenant) {
                    try await AuditStore(rows: rows).append(
                        origin.entry(.emailChangeWithdrawn, "user/\(person.id)"), in: tenant)
                }
                return person
            }
        }
    }

    /// The person before is written to once more: it is the last that this address hears.
    private func change(
        _ person: User, to email: EmailAddress, _ rows: Transaction, _ origin: Origin
    ) async throws -> User? {
        let tenant = person.tenantID
        guard let user = try await EmailTokenStore(rows: rows).setEmail(email, of: person.id, in: tenant) else {
            return nil
        }
        try await EmailTokenStore(rows: rows).revokeAll(of: person.id, in: tenant)
        // Links are found by their address: none may be left for whoever has it next.
        let invitations = InvitationStore(rows: rows)
        try await invitations.revokePending(.reset, email: try EmailAddress(jsonText: person.email), in: tenant)
        try await invitations.revokePending(.invitation, email: email, in: tenant)
        let place = try await TenantStore(rows: rows).find(tenant)
        try await mail.send(try .about(.emailChanged, person, place, ["email": email.text]), in: rows)
        try await AuditStore(rows: rows).append(
            origin.entry(
                .emailChanged, "user/\(person.id)", before: try JSONText(encoding: ["email": person.email]),
                after: try JSONText(encoding: ["email": email.text])), in: tenant)
        try await UserEvents.publish(.userUpdated, user, changed: ["email"], in: rows)
        return user
    }
}
