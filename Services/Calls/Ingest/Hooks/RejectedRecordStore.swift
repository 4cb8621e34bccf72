import Models
import Postgres

/// Records that cannot be read, beside those of their payloads that were; they go with their payloads.
struct RejectedRecordStore: Sendable {
    /// What is shown of a record.
    private static let longest = 2_000
    /// What is kept of one payload.
    private static let most = 1_000

    let rows: any SQLExecutor
    let tenant: TenantID

    /// Puts what cannot be read of payloads in the place of what could not be read of them before.
    func replace(_ outcomes: [HookPayloadStore.Outcome]) async throws {
        let found = outcomes.flatMap { outcome in outcome.unread.prefix(Self.most).map { (outcome.id, $0) } }
        try await rows.execute(
            "DELETE FROM rejected_records WHERE tenant_id = \(tenant) AND payload_id = ANY (\(outcomes.map(\.id)))")
        guard !found.isEmpty else { return }
        try await rows.execute(
            """
            INSERT INTO rejected_records (tenant_id, id, payload_id, connection_id, position, record, reason, received_at)
            SELECT \(tenant), gen_random_uuid(), payload.id, payload.connection_id, found.position, found.record,
                found.reason, payload.received_at
            FROM unnest(\(found.map(\.0))::uuid[], \(found.map { Int32(clamping: $0.1.position) })::int[],
                \(found.map { Self.shown($0.1.text) })::text[], \(found.map(\.1.reason))::text[])
                AS found (payload_id, position, record, reason)
            JOIN hook_payloads AS payload ON payload.tenant_id = \(tenant) AND payload.id = found.payload_id
            """)
    }

    /// Those of a connection, and how many there are.
    func list(
        of connection: ConnectionID, _ order: RowOrderStore
    ) async throws -> (records: [CallsAPI.RejectedRecord], total: Int) {
        let records = try await rows.query(
            """
            SELECT id, payload_id, position, record, reason, received_at FROM rejected_records
            WHERE tenant_id = \(tenant) AND connection_id = \(connection)
            \(order.start("received_at", "id"))\(order.end("received_at", "id"))
            """
        ) { row in
            CallsAPI.RejectedRecord(
                id: try row.next(RejectedRecordID.self), payloadID: try row.next(HookID.self),
                position: Int(try row.next(Int32.self)), record: try row.next(String.self),
                reason: try row.next(String.self), receivedAt: try row.next(Timestamp.self))
        }
        let total = try await rows.value(
            "SELECT count(*) FROM rejected_records WHERE tenant_id = \(tenant) AND connection_id = \(connection)",
            as: Int.self)
        return (records, total ?? 0)
    }

    /// Without what no text of a row can hold.
    private static func shown(_ text: String) -> String { String(text.filter { $0 != "\0" }.prefix(longest)) }
}
