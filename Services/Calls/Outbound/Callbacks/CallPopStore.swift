import Models
import Postgres

/// What is known of whoever calls, for the moment in which the phone rings.
struct CallPopStore: Sendable {
    /// Counting earlier calls stops here.
    private static let bound: Int32 = 100

    let rows: any SQLExecutor
    let tenant: TenantID
    /// The findings that are shown.
    let features: Set<AnalysisFeature>

    /// The call, how often the number was spoken with, what is open of it and the last call, in one statement.
    func find(_ id: CallID, reach: CallReach) async throws -> CallsAPI.CallPop? {
        try await rows.first(
            """
            WITH current AS (
                SELECT id, direction, status,
                    CASE direction WHEN 'outbound' THEN to_number ELSE from_number END AS number FROM calls
                WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL AND \(Self.ringing(reach))
            ), earlier AS (
                SELECT * FROM (
                    SELECT calls.* FROM calls, current WHERE calls.tenant_id = \(tenant)
                      AND calls.from_value = current.number AND calls.id <> current.id
                      AND calls.deleted_at IS NULL AND NOT calls.is_test
                    ORDER BY calls.started_at DESC LIMIT \(Self.bound)) AS received
                UNION ALL
                SELECT * FROM (
                    SELECT calls.* FROM calls, current WHERE calls.tenant_id = \(tenant)
                      AND calls.to_value = current.number AND calls.id <> current.id
                      AND calls.deleted_at IS NULL AND NOT calls.is_test
                    ORDER BY calls.started_at DESC LIMIT \(Self.bound)) AS placed
            )
            SELECT current.id, current.direction, current.status, current.number,
                least((SELECT count(*) FROM earlier), \(Self.bound)),
                (SELECT m.id FROM missed_calls AS m
                 WHERE m.tenant_id = \(tenant) AND m.number = current.number AND m.state <> 'closed' LIMIT 1),
                (SELECT e.name FROM dial_queue AS e
                 WHERE e.tenant_id = \(tenant) AND e.number = current.number AND e.name IS NOT NULL
                 ORDER BY e.created_at DESC LIMIT 1),
                last.*
            FROM current LEFT JOIN LATERAL (
                SELECT \(unescaped: Call.columns) FROM earlier ORDER BY started_at DESC, id DESC LIMIT 1
            ) AS last ON true
            """
        ) { row in
            var pop = CallsAPI.CallPop(
                callID: try row.next(CallID.self), direction: try row.next(CallDirection.self),
                status: try row.next(CallStatus.self), number: try row.next(String?.self),
                calls: try row.next(Int.self), lastCall: nil, missedCallID: try row.next(MissedCallID?.self),
                name: try row.next(String?.self))
            if pop.calls > 0 { pop.lastCall = try Call(row: &row).showing(features).summary }
            return pop
        }
    }

    /// Whoever is rung sees who calls, though the call is not theirs before they take it.
    private static func ringing(_ reach: CallReach) -> SQL {
        guard let agent = reach.agentID else { return "true" }
        return """
            (agent_id = \(agent) OR EXISTS (SELECT FROM call_participants AS p
                WHERE p.tenant_id = calls.tenant_id AND p.call_id = calls.id AND p.user_id = \(agent)))
            """
    }
}
