import Models
import Postgres

/// Whom providers mean: their subjects and our people.
struct SingleSignOnAccountStore {
    let rows: any SQLExecutor

    /// The person behind a subject, and that it was used; nil when it is new.
    func use(issuer: String, subject: String, in tenant: TenantID) async throws -> UserID? {
        try await rows.query(
            """
            UPDATE single_sign_on_accounts SET last_used_at = now()
            WHERE tenant_id = \(tenant) AND issuer = \(issuer) AND subject = \(subject) RETURNING user_id
            """
        ) { row in try row.next(UserID.self) }.first
    }

    /// False when the person has another account at the issuer.
    func link(issuer: String, subject: String, to user: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            INSERT INTO single_sign_on_accounts (tenant_id, issuer, subject, user_id)
            VALUES (\(tenant), \(issuer), \(subject), \(user)) ON CONFLICT DO NOTHING
            """) == 1
    }

    /// False when the person had none.
    func unlink(_ user: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            "DELETE FROM single_sign_on_accounts WHERE tenant_id = \(tenant) AND user_id = \(user)") > 0
    }

    /// Takes the open invitation of an address; the role that it promises.
    func acceptInvitation(of email: EmailAddress, in tenant: TenantID) async throws -> Role? {
        try await rows.query(
            """
            UPDATE invitations SET accepted_at = now()
            WHERE tenant_id = \(tenant) AND email_lc = \(email.normalised) AND purpose = 'invitation'
              AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()
            RETURNING role
            """
        ) { row in try row.next(Role.self) }.first
    }
}
