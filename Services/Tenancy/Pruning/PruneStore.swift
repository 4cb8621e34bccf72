import Models
import Postgres

/// Forgets what nobody can need any more, in all tenants.
struct PruneStore {
    let rows: any SQLExecutor

    /// Changes that every reader has long seen (who comes later gets a snapshot), sessions that are over with their
    /// refresh tokens, failed sign-ins that no longer count, and challenges, links and sign-ins under way that nobody can
    /// use; the number of rows.
    func prune() async throws -> Int {
        try await rows.value(
            """
            SELECT prune_expired() + prune_passkey_challenges() + prune_email_tokens() + prune_single_sign_on_attempts()
                + prune_stale(
                    \(RetentionPeriods.invitations), \(RetentionPeriods.setupRequests), \(RetentionPeriods.exports))
            """, as: Int.self) ?? 0
    }
}
