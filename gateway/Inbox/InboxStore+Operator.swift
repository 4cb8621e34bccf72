import Models
import Postgres

/// A hook as the operator sees it: ids and words, nothing of what it says.
struct ShownHook: Codable, PostgresRowDecodable, Sendable {
    static let states: Set<String> = ["waiting", "refused", "parked"]

    var id: HookID
    var tenantID: TenantID
    var service: String
    var provider: String
    var connectionID: ConnectionID
    var state: String
    var receivedAt: Timestamp
    var settledAt: Timestamp?
    var attempts: Int
    /// The service's word for why, or the gateway's.
    var failure: String?

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next()
        tenantID = try row.next()
        service = try row.next()
        provider = try row.next()
        connectionID = try row.next()
        state = try row.next()
        receivedAt = try row.next()
        settledAt = try row.next()
        attempts = Int(try row.next(Int32.self))
        failure = try row.next()
    }
}

extension InboxStore {
    /// The oldest hooks of a state, over all tenants.
    func list(_ state: String) async throws -> [ShownHook] {
        try await database.query(
            """
            SELECT id, tenant_id, service, provider, connection_id, state, received_at, settled_at, attempts, failure
            FROM inbox WHERE state = \(state) ORDER BY received_at, id LIMIT 100
            """)
    }

    /// Has a refused or parked hook delivered again, in its old place; returns how many that were.
    func retry(_ id: HookID) async throws -> Int {
        try await retry("id = \(id) AND state IN ('refused', 'parked')")
    }

    /// The same with all hooks of a state.
    func retryAll(_ state: String) async throws -> Int {
        try await retry("state = \(state)")
    }

    private func retry(_ condition: SQL) async throws -> Int {
        let retried = try await database.value(
            """
            WITH retried AS (
                UPDATE inbox SET state = 'waiting', attempts = 0, first_failed_at = NULL, settled_at = NULL
                WHERE state IN ('refused', 'parked') AND \(condition)
                RETURNING tenant_id, service, connection_id, size_bytes
            ), queued AS (
                INSERT INTO inbox_lanes AS lane
                    (tenant_id, service, connection_id, waiting_hooks, waiting_bytes, due_at)
                SELECT tenant_id, service, connection_id, count(*), sum(size_bytes)::bigint, now()
                FROM retried GROUP BY tenant_id, service, connection_id ORDER BY tenant_id, service, connection_id
                ON CONFLICT ON CONSTRAINT inbox_lanes_pkey DO UPDATE
                    SET waiting_hooks = lane.waiting_hooks + excluded.waiting_hooks,
                        waiting_bytes = lane.waiting_bytes + excluded.waiting_bytes,
                        due_at = coalesce(lane.due_at, excluded.due_at), used_at = now()
            )
            SELECT count(*) FROM retried
            """, as: Int.self)
        database.notify(Self.channel)
        return retried ?? 0
    }
}
