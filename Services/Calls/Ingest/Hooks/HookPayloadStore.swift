import Events
import JSON
import Models
import Postgres

/// What providers sent, kept so that any day can be read again; all of it can be erased without breaking a call.
struct HookPayloadStore {
    /// A payload under the id that the gateway's inbox gave it.
    struct Stored: Sendable {
        var id: HookID
        var payload: HookPayload
    }

    /// What became of a payload.
    struct Outcome: Sendable {
        var id: HookID
        var calls: [CallID] = []
        /// Why nothing of it could be read.
        var fault: String?
        var unread: [UnreadRecord] = []

        /// What the connection shows of it; nil when all is well.
        var notice: String? {
            guard fault == nil, let first = unread.first else { return fault }
            return unread.count == 1
                ? "A record cannot be read: \(first.reason)"
                : "\(unread.count) records cannot be read, the first: \(first.reason)"
        }
    }

    let rows: any SQLExecutor
    let tenant: TenantID

    /// Keeps a hook that has been verified; false when it is there.
    @discardableResult
    func add(
        _ payload: HookPayload, of connection: ConnectionID, at provider: String, id: HookID
    ) async throws -> Bool {
        try await rows.execute(
            """
            INSERT INTO hook_payloads (tenant_id, id, connection_id, provider, method, rest, query, content_type, body,
                received_at)
            VALUES (\(tenant), \(id), \(connection), \(provider), \(payload.methodName),
                \(payload.rest), \(payload.query), \(payload.contentType), \(payload.body), \(payload.receivedAt))
            ON CONFLICT ON CONSTRAINT hook_payloads_pkey DO NOTHING
            """) == 1
    }

    /// Takes some that wait, oldest first, and with them the jobs that wait to do so.
    ///
    /// Both in one statement, hence of one moment: each job that goes has its payload among those that are seen.
    func take(of connection: ConnectionID, limit: Int) async throws -> [Stored] {
        try await rows.query(
            """
            WITH idle AS (
                DELETE FROM jobs WHERE tenant_id = \(tenant) AND id IN (
                    SELECT id FROM jobs WHERE tenant_id = \(tenant) AND kind = \(IngestHooksJob.kind)
                      AND subject_id = \(connection) AND state = 'waiting'
                    FOR UPDATE SKIP LOCKED)
            )
            SELECT id, method, rest, query, content_type, body, received_at FROM hook_payloads
            WHERE tenant_id = \(tenant) AND connection_id = \(connection) AND state = 'waiting'
            ORDER BY received_at, id LIMIT \(limit) FOR UPDATE SKIP LOCKED
            """
        ) { row in
            Stored(
                id: try row.next(HookID.self),
                payload: HookPayload(
                    methodName: try row.next(String.self), rest: try row.next([String].self),
                    query: try row.next(String?.self), contentType: try row.next(String?.self),
                    body: try row.next([UInt8].self), receivedAt: try row.next(Timestamp.self)))
        }
    }

    /// Notes what became of payloads: done, of no interest, or not to be read.
    func settle(_ outcomes: [Outcome]) async throws {
        guard !outcomes.isEmpty else { return }
        let ids = outcomes.map(\.id)
        let states = outcomes.map { $0.fault != nil ? "failed" : $0.calls.isEmpty ? "ignored" : "done" }
        let faults = outcomes.map { $0.fault ?? "" }
        let pairs = outcomes.flatMap { outcome in outcome.calls.map { (outcome.id, $0) } }
        let (payloads, calls) = (pairs.map(\.0), pairs.map(\.1))
        try await rows.execute(
            """
            WITH linked AS (
                INSERT INTO hook_payload_calls (tenant_id, call_id, payload_id)
                SELECT \(tenant), link.call_id, link.payload_id
                FROM unnest(\(calls)::uuid[], \(payloads)::uuid[]) AS link (call_id, payload_id)
                ON CONFLICT DO NOTHING
            )
            UPDATE hook_payloads AS payload
            SET state = outcome.state, fault = nullif(outcome.fault, ''), processed_at = now()
            FROM unnest(\(ids)::uuid[], \(states)::text[], \(faults)::text[]) AS outcome (id, state, fault)
            WHERE payload.tenant_id = \(tenant) AND payload.id = outcome.id
            """)
        try await RejectedRecordStore(rows: rows, tenant: tenant).replace(outcomes)
    }

    /// Has everything read again that came on some days; the connections whose jobs are to run.
    func replay(
        from: LocalDate, to: LocalDate, zone: TimeZoneName, of connection: ConnectionID?
    ) async throws -> (count: Int, connections: [ConnectionID]) {
        let end = to.adding(days: 1)
        let found = try await rows.query(
            """
            WITH again AS (
                UPDATE hook_payloads SET state = 'waiting', fault = NULL
                WHERE tenant_id = \(tenant) AND received_at >= \(from)::timestamp AT TIME ZONE \(zone.name)
                  AND (\(end)::date IS NULL OR received_at < \(end)::timestamp AT TIME ZONE \(zone.name))
                  AND (\(connection)::uuid IS NULL OR connection_id = \(connection))
                RETURNING connection_id
            )
            SELECT connection_id, count(*) FROM again GROUP BY connection_id
            """
        ) { row in (try row.next(ConnectionID.self), try row.next(Int.self)) }
        return (found.reduce(0) { $0 + $1.1 }, found.map(\.0))
    }
}
