import Models
import Postgres

/// What carriers have charged for calls, beside what engines cost.
struct CarrierCostStore: Sendable {
    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    /// For the ends of one call, by currency.
    func costs(of call: CallID) async throws -> [CallsAPI.CarrierCost] {
        try await rows.query(
            """
            SELECT NULL::text, cost_currency, coalesce(sum(cost_micros), 0)::bigint, count(*) FROM call_participants
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND cost_micros IS NOT NULL
            GROUP BY cost_currency ORDER BY cost_currency
            """, Self.cost)
    }

    /// In some days of a time zone, both included; of agents the dearest first, days in their own order.
    func costs(
        by grouping: CallsAPI.CostGrouping, from: LocalDate, to: LocalDate, zone: TimeZoneName
    ) async throws -> [CallsAPI.CarrierCost] {
        let key: SQL =
            switch grouping {
            case .day: "((spent_at AT TIME ZONE \(zone.name))::date)::text"
            case .agent: "user_id::text"
            case .stage, .engine: "NULL::text"
            }
        let order: SQL = grouping == .day ? "1, 2" : "3 DESC, 1, 2"
        return try await rows.query(
            """
            SELECT \(key), currency, sum(amount)::bigint, count(*) FROM contact_spend
            WHERE tenant_id = \(tenant) AND channel = 'call'
              AND spent_at >= \(from)::timestamp AT TIME ZONE \(zone.name)
              AND spent_at < \(to.adding(days: 1))::timestamp AT TIME ZONE \(zone.name)
            GROUP BY 1, 2 ORDER BY \(order) LIMIT 1000
            """, Self.cost)
    }

    private static let cost: @Sendable (inout RowReader) throws -> CallsAPI.CarrierCost = { row in
        CallsAPI.CarrierCost(
            key: try row.next(String?.self), currency: try row.next(String.self),
            costMicros: try row.next(Int64.self), ends: try row.next(Int.self))
    }
}
