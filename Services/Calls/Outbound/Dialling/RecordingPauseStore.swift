import Models
import Postgres

/// Where recordings are silent because somebody paused them.
struct RecordingPauseStore: Sendable {
    let rows: any SQLExecutor
    let tenant: TenantID

    func list(_ call: CallID) async throws -> [CallsAPI.RecordingPause] {
        try await rows.query(
            """
            SELECT paused_at, resumed_at, paused_by FROM recording_pauses
            WHERE tenant_id = \(tenant) AND call_id = \(call) ORDER BY paused_at LIMIT 200
            """
        ) { row in
            CallsAPI.RecordingPause(
                pausedAt: try row.next(Timestamp.self), resumedAt: try row.next(Timestamp?.self),
                pausedBy: try row.next(UserID?.self))
        }
    }

    func begin(_ call: CallID, by user: UserID?) async throws {
        try await rows.execute(
            """
            INSERT INTO recording_pauses (tenant_id, id, call_id, paused_by, paused_at)
            VALUES (\(tenant), gen_random_uuid(), \(call), \(user), clock_timestamp())
            """)
    }

    func end(_ call: CallID) async throws {
        try await rows.execute(
            """
            UPDATE recording_pauses SET resumed_at = clock_timestamp()
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND resumed_at IS NULL
            """)
    }
}
