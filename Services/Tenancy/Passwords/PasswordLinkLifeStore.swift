import Auth
import Crypto
import JSON
import Models
import Postgres

/// Links to a new password that somebody else makes; the old password works until the link is used.
struct PasswordLinkLifeStore {
    let database: TenantDatabase

    /// Nil when there is no such person.
    func create(
        for id: UserID, _ delivery: LinkDelivery, by caller: Principal, links: InvitationLinks, mail: MailQueue,
        origin: Origin, in tenant: TenantID
    ) async throws -> (url: String, expiresAt: Timestamp)? {
        try await database.transaction { rows in
            guard let user = try await UserEditLifeStore.lock(id, revision: nil, rows, in: tenant),
                let place = try await TenantStore(rows: rows).find(tenant)
            else { return nil }
            try UserRules.check(caller, over: user.role)
            guard user.status == .active else { throw Failure(.conflict, "The person is deactivated.") }
            let email = try EmailAddress(jsonText: user.email)
            let invitations = InvitationStore(rows: rows)
            try await invitations.revokePending(.reset, email: email, in: tenant)
            let token = OpaqueToken.make(.passwordReset)
            let expiresAt = Timestamp.now() + Invitation.resetLife
            _ = try await invitations.create(
                .make(), email: email, name: user.name, role: user.role, purpose: .reset, digest: token.digest,
                createdBy: caller.user?.userID, expiresAt: expiresAt, in: tenant)
            let url = links.url(of: token, subdomain: place.subdomain)
            if delivery == .mail {
                var letter = try Letter.about(.passwordReset, user, place)
                letter.url = url
                try await mail.send(letter, in: rows)
            }
            try await AuditStore(rows: rows).append(
                origin.entry(
                    .passwordLinkMade, "user/\(id)", after: try JSONText(encoding: ["delivery": delivery.rawValue])),
                in: tenant)
            return (url, expiresAt)
        }
    }
}
