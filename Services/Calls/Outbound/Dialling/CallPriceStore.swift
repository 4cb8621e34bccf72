import Models
import Postgres

/// What the ends of calls have cost.
struct CallPriceStore: Sendable {
    /// An end that a carrier has had and has not said the price of.
    struct End: Sendable {
        var id: ParticipantID
        var connection: ConnectionID
        var external: String
    }

    let rows: any SQLExecutor
    let tenant: TenantID

    func unpriced(of call: CallID) async throws -> [End] {
        try await rows.query(
            """
            SELECT id, connection_id, external_id FROM call_participants
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND external_id IS NOT NULL AND cost_micros IS NULL
            ORDER BY created_at, id
            """
        ) { row in
            End(
                id: try row.next(ParticipantID.self), connection: try row.next(ConnectionID.self),
                external: try row.next(String.self))
        }
    }

    /// Notes a price once; gives whose call it was, and nil when it was known already.
    func note(_ price: CarrierPrice, of end: ParticipantID) async throws -> (agent: UserID?, call: CallID)? {
        try await rows.first(
            """
            UPDATE call_participants AS p SET cost_micros = \(price.micros), cost_currency = \(price.currency),
                updated_at = now()
            FROM calls AS c
            WHERE p.tenant_id = \(tenant) AND p.id = \(end) AND p.cost_micros IS NULL
              AND c.tenant_id = p.tenant_id AND c.id = p.call_id
            RETURNING c.agent_id, c.id
            """
        ) { row in (agent: try row.next(UserID?.self), call: try row.next(CallID.self)) }
    }
}
