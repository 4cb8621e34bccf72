import JSON
import Models
import Postgres

/// How far polled connections have been read.
struct PollStore {
    let rows: any SQLExecutor
    let tenant: TenantID

    func cursor(of id: ConnectionID) async throws -> JSONText? {
        try await rows.first(
            "SELECT poll_cursor FROM connection_states WHERE tenant_id = \(tenant) AND connection_id = \(id)"
        ) { row in try row.next(JSONText?.self) } ?? nil
    }

    /// Notes that it is asked now; false when that was lately, or its job has not run yet.
    ///
    /// Wrong credentials are tried once an hour: many phone systems lock an account that fails again and again.
    func isDue(_ id: ConnectionID, _ provider: String, before instant: Timestamp) async throws -> Bool {
        try await rows.execute(
            """
            INSERT INTO connection_states AS known (tenant_id, connection_id, provider, polled_at)
            SELECT \(tenant), \(id), \(provider), now()
            WHERE NOT EXISTS (
                SELECT FROM jobs WHERE tenant_id = \(tenant) AND kind = \(PollConnectionJob.kind)
                  AND subject_id = \(id) AND state <> 'dead')
            ON CONFLICT ON CONSTRAINT connection_states_pkey DO UPDATE SET polled_at = now()
            WHERE known.polled_at IS NULL OR known.polled_at <= \(instant)
                AND (known.alert IS DISTINCT FROM 'credentials' OR known.polled_at <= now() - interval '1 hour')
            """) == 1
    }

    func keep(_ cursor: JSONText?, of connection: InternalAPI.Connection) async throws {
        try await rows.execute(
            """
            INSERT INTO connection_states AS known (tenant_id, connection_id, provider, poll_cursor)
            VALUES (\(tenant), \(connection.id), \(connection.provider), \(cursor))
            ON CONFLICT ON CONSTRAINT connection_states_pkey DO UPDATE SET poll_cursor = excluded.poll_cursor
            """)
    }
}
