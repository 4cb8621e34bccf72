import Models
import Postgres

/// How many hooks of a service are in a state, and since when the oldest of them.
struct InboxCount: PostgresRowDecodable, Sendable {
    let service: String
    let state: String
    let hooks: Int
    let oldest: Timestamp?

    init(row: inout RowReader) throws(PostgresError) {
        service = try row.next()
        state = try row.next()
        hooks = try row.next()
        oldest = try row.next()
    }
}

extension InboxStore {
    /// How long a settled hook is known, and a parked one kept for somebody to look.
    static let retention = Duration.seconds(7 * 86_400)
    static let parkedRetention = Duration.seconds(30 * 86_400)
    /// What is kept of a tenant's refused hooks: anybody can send those.
    static let refusedHooks = 1000
    static let refusedBytes = 64 << 20

    /// What waits, what was delivered within the last minute, and what was refused or is parked, by service.
    ///
    /// What waits is counted by connections, and the others by bounded indexes, so a long queue costs no more.
    func counts() async throws -> [InboxCount] {
        try await database.query(
            """
            SELECT lane.service, 'waiting', sum(lane.waiting_hooks)::bigint, min(first.received_at)
            FROM inbox_lanes AS lane CROSS JOIN LATERAL (
                SELECT received_at FROM inbox AS hook
                WHERE hook.tenant_id = lane.tenant_id AND hook.service = lane.service
                    AND hook.connection_id = lane.connection_id AND hook.state = 'waiting'
                ORDER BY position LIMIT 1
            ) AS first
            WHERE lane.due_at IS NOT NULL GROUP BY lane.service
            UNION ALL
            SELECT service, state, count(*), min(received_at) FROM inbox WHERE state IN ('refused', 'parked')
            GROUP BY service, state
            UNION ALL
            SELECT service, 'delivered', count(*), min(received_at) FROM inbox
            WHERE state <> 'waiting' AND state IN ('delivered', 'repeated') AND settled_at > now() - interval '1 minute'
            GROUP BY service
            """)
    }

    /// Removes what is old, what is too much of refused hooks, and connections that nobody uses.
    func sweep(limit: Int = 2000) async throws {
        while try await removeOld(limit) == limit {}
        while try await removeRefused(limit) == limit {}
        try await database.execute(
            """
            DELETE FROM inbox_lanes
            WHERE due_at IS NULL AND waiting_hooks = 0 AND used_at < now() - interval '1 minute'
            """)
    }

    private func removeOld(_ limit: Int) async throws -> Int {
        try await database.execute(
            """
            DELETE FROM inbox WHERE (tenant_id, id) IN (
                SELECT tenant_id, id FROM inbox
                WHERE state <> 'waiting' AND settled_at < now() - \(Self.retention)
                    AND (state <> 'parked' OR settled_at < now() - \(Self.parkedRetention))
                ORDER BY settled_at LIMIT \(limit))
            """)
    }

    private func removeRefused(_ limit: Int) async throws -> Int {
        try await database.execute(
            """
            DELETE FROM inbox WHERE (tenant_id, id) IN (
                SELECT tenant_id, id FROM (
                    SELECT tenant_id, id, row_number() OVER newest AS place, sum(size_bytes) OVER newest AS bytes
                    FROM inbox WHERE state = 'refused'
                    WINDOW newest AS (PARTITION BY tenant_id ORDER BY settled_at DESC, id)
                ) AS refused
                WHERE place > \(Self.refusedHooks) OR bytes > \(Self.refusedBytes) LIMIT \(limit))
            """)
    }
}
