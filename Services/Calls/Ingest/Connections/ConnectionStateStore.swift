import Events
import Models
import Postgres

/// How each connection does: last success, last error, and how often it speaks.
struct ConnectionStateStore {
    let rows: any SQLExecutor
    let tenant: TenantID

    /// Counts hooks that came, and ends a silence or an error.
    func noteHooks(
        _ instants: [Timestamp], last: Timestamp, of connection: InternalAPI.Connection, in transaction: Transaction
    ) async throws {
        try await rows.execute(
            """
            INSERT INTO connection_hours AS known (tenant_id, connection_id, hour_at, hooks)
            SELECT \(tenant), \(connection.id), date_trunc('hour', instant), count(*)
            FROM unnest(\(instants)::timestamptz[]) AS instant GROUP BY 3 ORDER BY 3
            ON CONFLICT ON CONSTRAINT connection_hours_pkey DO UPDATE SET hooks = known.hooks + excluded.hooks
            """)
        try await noteSuccess(at: last, hook: last, of: connection, in: transaction)
    }

    /// Notes that the provider was reached or spoke to us; tells once that it is well again.
    func noteSuccess(
        at instant: Timestamp, hook: Timestamp?, of connection: InternalAPI.Connection, in transaction: Transaction
    ) async throws {
        let recovered = try await rows.value(
            """
            WITH before AS (
                SELECT alerted_at FROM connection_states
                WHERE tenant_id = \(tenant) AND connection_id = \(connection.id) FOR UPDATE
            ), noted AS (
                INSERT INTO connection_states AS known (tenant_id, connection_id, provider, last_success_at, last_hook_at)
                VALUES (\(tenant), \(connection.id), \(connection.provider), \(instant), \(hook))
                ON CONFLICT ON CONSTRAINT connection_states_pkey DO UPDATE SET
                    last_success_at = greatest(known.last_success_at, excluded.last_success_at),
                    last_hook_at = greatest(known.last_hook_at, excluded.last_hook_at),
                    failures = 0, alert = NULL, alerted_at = NULL, updated_at = now()
            )
            SELECT EXISTS (SELECT FROM before WHERE alerted_at IS NOT NULL)
            """, as: Bool.self)
        if recovered == true {
            try await tell(.connectionRecovered, connection.id, connection.provider, nil, in: transaction)
        }
    }

    /// Notes what went wrong; credentials that do not work are told of at once, and once.
    func noteError(
        _ code: String, _ detail: String, of connection: InternalAPI.Connection, in transaction: Transaction
    ) async throws {
        let isTold = code == ProviderError.Kind.credentials.rawValue
        let isNew = try await rows.value(
            """
            WITH before AS (
                SELECT alert FROM connection_states
                WHERE tenant_id = \(tenant) AND connection_id = \(connection.id) FOR UPDATE
            ), noted AS (
                INSERT INTO connection_states AS known (tenant_id, connection_id, provider, last_error_at,
                    last_error_code, last_error_detail, failures, alert, alerted_at)
                VALUES (\(tenant), \(connection.id), \(connection.provider), now(), \(code), \(detail), 1,
                    CASE WHEN \(isTold) THEN 'credentials' END, CASE WHEN \(isTold) THEN now() END)
                ON CONFLICT ON CONSTRAINT connection_states_pkey DO UPDATE SET
                    last_error_at = excluded.last_error_at, last_error_code = excluded.last_error_code,
                    last_error_detail = excluded.last_error_detail, failures = known.failures + 1,
                    alert = coalesce(excluded.alert, known.alert),
                    alerted_at = coalesce(known.alerted_at, excluded.alerted_at), updated_at = now()
            )
            SELECT \(isTold) AND NOT EXISTS (SELECT FROM before WHERE alert = 'credentials')
            """, as: Bool.self)
        if isNew == true {
            try await tell(.connectionFailed, connection.id, connection.provider, code, in: transaction)
        }
    }

    /// Notes that a made-up hook was tried, and why it was not understood.
    func noteTest(_ fault: String?, of connection: InternalAPI.Connection) async throws {
        try await rows.execute(
            """
            INSERT INTO connection_states AS known (tenant_id, connection_id, provider, last_tested_at, last_test_fault)
            VALUES (\(tenant), \(connection.id), \(connection.provider), now(), \(fault))
            ON CONFLICT ON CONSTRAINT connection_states_pkey DO UPDATE SET
                last_tested_at = excluded.last_tested_at, last_test_fault = excluded.last_test_fault
            """)
    }

    /// What other services are told of a connection.
    struct Facts: Codable, Sendable {
        var connectionID: ConnectionID
        var provider: String
        /// `credentials` or `silence`; nil when it is well again.
        var reason: String?
    }

    func tell(
        _ type: EventType, _ id: ConnectionID, _ provider: String, _ reason: String?, in transaction: Transaction
    ) async throws {
        try await Outbox.publish(
            type, subject: "connection/\(id)", data: Facts(connectionID: id, provider: provider, reason: reason),
            in: transaction)
    }
}
