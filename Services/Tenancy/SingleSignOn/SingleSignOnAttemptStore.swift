import Models
import Postgres

/// Sign-ins under way at providers: each can be finished once, within ten minutes, by the browser that began it.
struct SingleSignOnAttemptStore {
    /// What a sign-in was begun with.
    struct Begun: Sendable {
        let issuer: String
        let clientID: String
        let redirectURL: String
        let returnTo: String
    }

    static let life = Duration.seconds(600)
    /// Open at once from one network: people of one office sign in by one address.
    static let most = 300

    let rows: any SQLExecutor

    /// False while the network has too many open.
    func make(
        _ attempt: SingleSignOnAttempt, _ begun: Begun, address: String, in tenant: TenantID
    ) async throws -> Bool {
        let asker = Lockout.subject(of: "sso", address: address)
        return try await rows.execute(
            """
            INSERT INTO single_sign_on_attempts (
                tenant_id, state_digest, browser_digest, issuer, client_id, redirect_url, return_to, asker, expires_at)
            SELECT \(tenant), \(attempt.stateDigest), \(attempt.browserDigest), \(begun.issuer), \(begun.clientID),
                   \(begun.redirectURL), \(begun.returnTo), \(asker), now() + \(Self.life)
            WHERE (SELECT count(*) FROM single_sign_on_attempts
                   WHERE tenant_id = \(tenant) AND asker = \(asker) AND expires_at > now()) < \(Self.most)
            """) == 1
    }

    /// Uses an attempt up, whatever comes of it; nil when there is none, it is over or of another browser.
    func use(_ attempt: SingleSignOnAttempt, in tenant: TenantID) async throws -> Begun? {
        let found = try await rows.first(
            """
            DELETE FROM single_sign_on_attempts
            WHERE tenant_id = \(tenant) AND state_digest = \(attempt.stateDigest)
            RETURNING browser_digest = \(attempt.browserDigest) AND expires_at > now(), issuer, client_id, redirect_url,
                      return_to
            """
        ) { row in
            (
                isOpen: try row.next(Bool.self),
                begun: Begun(
                    issuer: try row.next(String.self), clientID: try row.next(String.self),
                    redirectURL: try row.next(String.self), returnTo: try row.next(String.self))
            )
        }
        return found.flatMap { $0.isOpen ? $0.begun : nil }
    }
}
