import Models
import Postgres

/// What people see of how connections do.
struct ConnectionViewStore {
    let rows: any SQLExecutor
    let tenant: TenantID

    /// All of them, or one.
    func states(of id: ConnectionID? = nil) async throws -> [CallsAPI.ConnectionState] {
        let half = Int32(ConnectionWatch.weeks / 2)
        let weeks = Int32(ConnectionWatch.weeks)
        return try await rows.query(
            """
            SELECT s.connection_id, s.provider, s.last_hook_at, s.last_success_at, s.last_error_at, s.last_error_code,
                s.last_error_detail, s.failures, s.alert, s.alerted_at, s.last_tested_at, s.last_test_fault, ARRAY(
                    SELECT ((extract(isodow FROM h.hour_at AT TIME ZONE 'UTC') - 1) * 24
                        + extract(hour FROM h.hour_at AT TIME ZONE 'UTC'))::int
                    FROM connection_hours AS h
                    WHERE h.tenant_id = \(tenant) AND h.connection_id = s.connection_id
                      AND h.hour_at >= date_trunc('hour', now()) - make_interval(weeks => \(weeks))
                    GROUP BY 1 HAVING count(*) >= \(half) ORDER BY 1), (
                    SELECT count(*) FROM rejected_records AS r
                    WHERE r.tenant_id = \(tenant) AND r.connection_id = s.connection_id)
            FROM connection_states AS s
            WHERE s.tenant_id = \(tenant) AND (\(id)::uuid IS NULL OR s.connection_id = \(id))
            ORDER BY s.connection_id LIMIT 1000
            """
        ) { row in
            CallsAPI.ConnectionState(
                connectionID: try row.next(ConnectionID.self), provider: try row.next(String.self),
                lastHookAt: try row.next(Timestamp?.self), lastSuccessAt: try row.next(Timestamp?.self),
                lastErrorAt: try row.next(Timestamp?.self), lastErrorCode: try row.next(String?.self),
                lastErrorDetail: try row.next(String?.self), failures: Int(try row.next(Int32.self)),
                alert: try row.next(String?.self), alertedAt: try row.next(Timestamp?.self),
                lastTestedAt: try row.next(Timestamp?.self), lastTestFault: try row.next(String?.self),
                usualHours: try row.next([Int32].self).map(Int.init),
                rejectedRecords: try row.next(Int.self))
        }
    }
}
