import Models
import Postgres

/// What waits at the dialer for whoever leaves goes to somebody else.
struct DialHandOverStore: Sendable {
    let transaction: Transaction
    let tenant: TenantID

    /// Numbers and call-backs go to the heir, or to anybody; sessions end and nobody is rung any more.
    func handOver(_ person: UserID, to heir: UserID?) async throws {
        _ = try await transaction.batch([
            """
            UPDATE dial_queue SET agent_id = \(heir), updated_at = now()
            WHERE tenant_id = \(tenant) AND agent_id = \(person) AND state IN ('pending', 'claimed')
            """,
            """
            UPDATE dial_queue SET state = 'pending', session_id = NULL, leased_until_at = NULL, updated_at = now()
            WHERE tenant_id = \(tenant) AND state = 'claimed' AND session_id IN (
                SELECT id FROM dial_sessions
                WHERE tenant_id = \(tenant) AND user_id = \(person) AND state IN ('ready', 'dialling', 'paused'))
            """,
            """
            UPDATE dial_sessions SET state = 'ended', reason = 'user_left', next_at = NULL, updated_at = now()
            WHERE tenant_id = \(tenant) AND user_id = \(person) AND state <> 'ended'
            """,
            """
            UPDATE missed_calls SET agent_id = CASE WHEN agent_id = \(person) THEN \(heir)::uuid ELSE agent_id END,
                state = CASE WHEN claimed_by = \(person) THEN 'open' ELSE state END,
                claimed_at = CASE WHEN claimed_by = \(person) THEN NULL ELSE claimed_at END,
                claimed_by = CASE WHEN claimed_by = \(person) THEN NULL ELSE claimed_by END, version = version + 1
            WHERE tenant_id = \(tenant) AND state <> 'closed' AND (agent_id = \(person) OR claimed_by = \(person))
            """,
            """
            UPDATE user_voip_settings SET is_available = false, version = version + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND user_id = \(person)
            """,
        ])
    }
}
