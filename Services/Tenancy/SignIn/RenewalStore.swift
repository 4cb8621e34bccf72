import Models
import Postgres

/// The renewal of a session by a refresh token that is shown for the first time: nearly all of them.
///
/// Everything is one round trip and one commit, so that as many people can be signed in as the disk takes commits.
struct RenewalStore {
    let rows: TenantDatabase

    /// Uses a token up and gives it a successor; nil when there is anything else to be said of it, and nothing is changed.
    ///
    /// The first statement locks the session, so all tokens of a family follow one another, and the second sees what
    /// whoever held the lock before has left.
    func renew(
        digest: [UInt8], successor: [UInt8], expiresAt: Timestamp, idle: Duration, isSuspended: Bool,
        in tenant: TenantID
    ) async throws -> (user: User, session: SessionID)? {
        let results = try await rows.batch([
            """
            SELECT 1 FROM sessions WHERE tenant_id = \(tenant) AND id = (
                SELECT session_id FROM refresh_tokens WHERE tenant_id = \(tenant) AND digest = \(digest))
            FOR UPDATE
            """,
            """
            WITH shown AS (
                SELECT t.session_id, s.user_id FROM refresh_tokens AS t
                JOIN sessions AS s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
                WHERE t.tenant_id = \(tenant) AND t.digest = \(digest) AND t.used_at IS NULL AND s.revoked_at IS NULL
                  AND least(t.expires_at, s.last_used_at + \(idle)) > clock_timestamp()
            ), person AS (
                SELECT u.*, shown.session_id FROM users AS u JOIN shown ON u.id = shown.user_id
                WHERE u.tenant_id = \(tenant) AND u.deleted_at IS NULL AND u.status = 'active'
                  AND (u.role = 'owner' OR NOT \(isSuspended))
            ), used AS (
                UPDATE refresh_tokens AS t SET used_at = clock_timestamp(), successors = t.successors + 1
                FROM person WHERE t.tenant_id = \(tenant) AND t.digest = \(digest)
            ), noted AS (
                UPDATE sessions AS s SET last_used_at = now(), expires_at = \(expiresAt)
                FROM person WHERE s.tenant_id = \(tenant) AND s.id = person.session_id
            ), followed AS (
                INSERT INTO refresh_tokens (tenant_id, digest, session_id, parent_digest, expires_at)
                SELECT \(tenant), \(successor), session_id, \(digest), \(expiresAt) FROM person
            )
            SELECT session_id, \(unescaped: User.columns) FROM person
            """,
        ])
        return try results.last?.first { row throws(PostgresError) in
            let session = try row.next(SessionID.self)
            return (user: try User(row: &row), session: session)
        }
    }
}
