import Models
import Postgres

/// Agents' sessions at the dialer.
struct DialSessionStore: Sendable {
    let rows: any SQLExecutor
    let tenant: TenantID

    /// Begins a session; nil when the agent has one.
    func create(_ session: DialSession) async throws -> DialSession? {
        try await rows.first(
            """
            INSERT INTO dial_sessions (tenant_id, id, user_id, campaign_id, leased_until_at, next_at)
            VALUES (\(tenant), \(session.id), \(session.userID), \(session.campaignID), \(session.leasedUntil), now())
            ON CONFLICT (tenant_id, user_id) WHERE state <> 'ended' DO NOTHING
            RETURNING \(unescaped: DialSession.columns)
            """, as: DialSession.self)
    }

    func find(_ id: DialSessionID, of user: UserID? = nil) async throws -> DialSession? {
        try await rows.first(
            """
            SELECT \(unescaped: DialSession.columns) FROM dial_sessions
            WHERE tenant_id = \(tenant) AND id = \(id) AND (\(user)::uuid IS NULL OR user_id = \(user))
            """, as: DialSession.self)
    }

    /// The same with its row locked.
    func lock(_ id: DialSessionID, of user: UserID? = nil) async throws -> DialSession? {
        try await rows.first(
            """
            SELECT \(unescaped: DialSession.columns) FROM dial_sessions
            WHERE tenant_id = \(tenant) AND id = \(id) AND (\(user)::uuid IS NULL OR user_id = \(user)) FOR UPDATE
            """, as: DialSession.self)
    }

    /// The session of an agent whose console is there.
    func present(of user: UserID, at now: Timestamp) async throws -> DialSession? {
        try await rows.first(
            """
            SELECT \(unescaped: DialSession.columns) FROM dial_sessions
            WHERE tenant_id = \(tenant) AND user_id = \(user) AND state <> 'ended' AND leased_until_at > \(now)
            """, as: DialSession.self)
    }

    /// The session that a call belongs to, locked.
    func lock(calling call: CallID) async throws -> DialSession? {
        try await rows.first(
            """
            SELECT \(unescaped: DialSession.columns) FROM dial_sessions
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND state <> 'ended' FOR UPDATE
            """, as: DialSession.self)
    }

    func list(of user: UserID?, isOpen: Bool, limit: Int) async throws -> [DialSession] {
        try await rows.query(
            """
            SELECT \(unescaped: DialSession.columns) FROM dial_sessions
            WHERE tenant_id = \(tenant) AND (\(user)::uuid IS NULL OR user_id = \(user))
              AND (NOT \(isOpen) OR state <> 'ended')
            ORDER BY created_at DESC, id DESC LIMIT \(limit)
            """, as: DialSession.self)
    }

    func save(_ session: DialSession) async throws {
        try await rows.execute(
            """
            UPDATE dial_sessions SET state = \(session.state.rawValue), entry_id = \(session.entryID),
                call_id = \(session.callID), reason = \(session.reason), calls = \(Int32(session.calls)),
                leased_until_at = \(session.leasedUntil), next_at = \(session.nextAt), updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(session.id)
            """)
    }

    /// Whether a person is in a call, or is being rung for one that they have begun.
    func isBusy(_ user: UserID) async throws -> Bool {
        try await rows.value(
            """
            SELECT EXISTS (
                SELECT FROM call_participants AS p JOIN calls AS c ON c.tenant_id = p.tenant_id AND c.id = p.call_id
                WHERE p.tenant_id = \(tenant) AND p.user_id = \(user) AND c.deleted_at IS NULL
                  AND (p.state = 'joined' OR (c.direction = 'outbound' AND p.state IN ('planned', 'placing', 'ringing')))
                  AND c.status IN ('registered', 'ringing', 'in_progress'))
            """, as: Bool.self) ?? false
    }
}
