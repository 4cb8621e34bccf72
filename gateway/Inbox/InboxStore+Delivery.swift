import FoundationEssentials
import Models
import Postgres

/// A connection whose hooks a worker has for itself.
struct HookLane: Sendable {
    let tenant: TenantID
    let service: ServiceName
    let connection: ConnectionID
    let lease: UUID
}

/// A hook that is to be delivered now.
struct WaitingHook: Sendable {
    let id: HookID
    let provider: String
    let receivedAt: Timestamp
    let eventKey: [UInt8]
    /// How often it was tried.
    let attempts: Int
    let firstFailedAt: Timestamp?
    /// Whether another hook of the same event has been delivered.
    let isRepeat: Bool
    /// Nil once it was erased.
    let content: HookContent?
}

/// What has become of a hook for good.
struct SettledHook: Sendable {
    enum State: String, Sendable {
        case delivered
        /// The same event was delivered before.
        case repeated
        /// The service does not want it.
        case refused
        /// It failed for too long.
        case parked
        /// What it said is gone.
        case erased
    }

    let id: HookID
    let state: State
    var failure = ""
}

/// How a turn with a connection ended for the hook that did not go through.
struct FailedHook: Sendable {
    let id: HookID
    let failure: String
}

extension InboxStore {
    /// What one turn carries at most; bodies are up to a megabyte.
    private static let turnHooks = 32
    private static let turnBytes = 256 << 10

    /// Takes connections whose hooks are due, tenants in turn: of each tenant no more than it may have running.
    func claim(for service: ServiceName, count: Int, running: [TenantID: Int]) async throws -> [HookLane] {
        let lease = UUID.v7()
        let busy = running.sorted { $0.key < $1.key }
        return try await database.query(
            """
            WITH busy AS (
                SELECT * FROM unnest(\(busy.map(\.key)), \(busy.map(\.value))) AS tenant (tenant_id, lanes)
            ), chosen AS MATERIALIZED (
                SELECT tenant_id, connection_id FROM (
                    SELECT tenant_id, connection_id, due_at, coalesce(busy.lanes, 0)
                        + row_number() OVER (PARTITION BY tenant_id ORDER BY due_at) AS place
                    FROM (
                        SELECT tenant_id, connection_id, due_at FROM inbox_lanes
                        WHERE service = \(service.rawValue) AND due_at <= now() AND NOT EXISTS (
                            SELECT FROM busy
                            WHERE busy.tenant_id = inbox_lanes.tenant_id AND lanes >= \(settings.lanesPerTenant))
                        ORDER BY due_at LIMIT 256
                    ) AS due LEFT JOIN busy USING (tenant_id)
                ) AS ranked
                WHERE place <= \(settings.lanesPerTenant) ORDER BY due_at LIMIT \(count)
            ), free AS (
                SELECT lane.tenant_id, lane.connection_id FROM inbox_lanes AS lane
                JOIN chosen USING (tenant_id, connection_id)
                WHERE lane.service = \(service.rawValue) AND lane.due_at <= now() FOR UPDATE OF lane SKIP LOCKED
            )
            UPDATE inbox_lanes AS lane SET due_at = now() + \(settings.lease), lease_id = \(lease) FROM free
            WHERE lane.tenant_id = free.tenant_id AND lane.service = \(service.rawValue)
                AND lane.connection_id = free.connection_id
            RETURNING lane.tenant_id, lane.connection_id
            """
        ) { row in
            HookLane(tenant: try row.next(), service: service, connection: try row.next(), lease: lease)
        }
    }

    /// The first hooks of a connection that wait, in order.
    func waiting(in lane: HookLane) async throws -> [WaitingHook] {
        try await database.tenant(lane.tenant).query(
            """
            SELECT hook.id, hook.provider, hook.received_at, hook.event_key, hook.attempts, hook.first_failed_at, EXISTS (
                    SELECT FROM inbox AS earlier
                    WHERE earlier.tenant_id = \(lane.tenant) AND earlier.connection_id = \(lane.connection)
                        AND earlier.event_key = hook.event_key AND earlier.state = 'delivered'),
                method, target, scheme, host, client_address, headers, body
            FROM (
                SELECT *, sum(size_bytes) OVER (ORDER BY position) - size_bytes AS before FROM (
                    SELECT * FROM inbox
                    WHERE tenant_id = \(lane.tenant) AND service = \(lane.service.rawValue)
                        AND connection_id = \(lane.connection) AND state = 'waiting'
                    ORDER BY position LIMIT \(Self.turnHooks)
                ) AS first
            ) AS hook
            LEFT JOIN inbox_payloads AS payload ON payload.tenant_id = \(lane.tenant) AND payload.hook_id = hook.id
            WHERE before < \(Self.turnBytes) ORDER BY hook.position
            """, Self.hook)
    }

    private static func hook(_ row: inout RowReader) throws -> WaitingHook {
        let (id, provider, receivedAt) = (
            try row.next(HookID.self), try row.next(String.self), try row.next(Timestamp.self)
        )
        let (eventKey, attempts) = (try row.next([UInt8].self), Int(try row.next(Int32.self)))
        let (firstFailedAt, isRepeat) = (try row.next(Timestamp?.self), try row.next(Bool.self))
        var content: HookContent?
        if let method = try row.next(String?.self) {
            content = HookContent(
                method: method, target: try row.next(), scheme: try row.next(), host: try row.next(),
                clientAddress: try row.next(), headers: try row.next(), body: try row.next())
        }
        return WaitingHook(
            id: id, provider: provider, receivedAt: receivedAt, eventKey: eventKey, attempts: attempts,
            firstFailedAt: firstFailedAt, isRepeat: isRepeat, content: content)
    }

    /// Writes down how a turn ended and gives the connection back, to be served again after the pause.
    ///
    /// False when another worker has the connection by now: then the hooks will be delivered once more. Hooks before
    /// their connection, as the intake locks them.
    func settle(
        _ lane: HookLane, _ settled: [SettledHook], failed: FailedHook?, isEmpty: Bool, pause: Duration
    ) async throws -> Bool {
        let results = try await database.tenant(lane.tenant).batch([
            """
            WITH given AS (
                SELECT * FROM unnest(\(settled.map(\.id)), \(settled.map(\.state.rawValue)), \(settled.map(\.failure)))
                    AS hook (id, state, failure)
                WHERE EXISTS (SELECT FROM inbox_lanes WHERE \(place(of: lane)))
            ), settled AS (
                UPDATE inbox AS hook SET state = given.state, failure = nullif(given.failure, ''), settled_at = now(),
                    attempts = attempts + 1
                FROM given WHERE hook.tenant_id = \(lane.tenant) AND hook.id = given.id AND hook.state = 'waiting'
                RETURNING size_bytes
            ), spent AS (
                DELETE FROM inbox_payloads AS payload USING given
                WHERE payload.tenant_id = \(lane.tenant) AND payload.hook_id = given.id
                    AND given.state IN ('delivered', 'repeated')
            ), failing AS (
                UPDATE inbox SET attempts = attempts + 1, first_failed_at = coalesce(first_failed_at, now()),
                    failure = \(failed?.failure ?? "")
                WHERE tenant_id = \(lane.tenant) AND id = \(failed?.id) AND state = 'waiting'
            ), gone AS (
                SELECT count(*) AS hooks, coalesce(sum(size_bytes), 0)::bigint AS bytes FROM settled
            )
            UPDATE inbox_lanes SET lease_id = NULL,
                waiting_hooks = CASE WHEN \(isEmpty) THEN 0 ELSE greatest(0, waiting_hooks - gone.hooks) END,
                waiting_bytes = CASE WHEN \(isEmpty) THEN 0 ELSE greatest(0, waiting_bytes - gone.bytes) END,
                due_at = CASE WHEN NOT \(isEmpty) AND waiting_hooks > gone.hooks THEN now() + \(pause) END
            FROM gone WHERE \(place(of: lane))
            """
        ])
        return results[0].affectedRows == 1
    }

    private func place(of lane: HookLane) -> SQL {
        """
        inbox_lanes.tenant_id = \(lane.tenant) AND inbox_lanes.service = \(lane.service.rawValue)
            AND inbox_lanes.connection_id = \(lane.connection) AND inbox_lanes.lease_id = \(lane.lease)
        """
    }
}
