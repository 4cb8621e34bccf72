import Models
import Postgres

/// How often the public form was sent from an address.
enum ConsentFormStore {
    /// Counts one more; how many there were in this hour.
    static func count(_ hash: [UInt8], in tenant: TenantID, _ database: some SQLExecutor) async throws -> Int {
        let results = try await database.batch([
            """
            DELETE FROM consent_form_attempts
            WHERE tenant_id = \(tenant) AND address_hash = \(hash) AND hour_at < now() - interval '2 hours'
            """,
            """
            INSERT INTO consent_form_attempts AS a (tenant_id, address_hash, hour_at)
            VALUES (\(tenant), \(hash), date_trunc('hour', now()))
            ON CONFLICT ON CONSTRAINT consent_form_attempts_pkey DO UPDATE SET attempts = a.attempts + 1
            RETURNING attempts
            """,
        ])
        return try results[1].first { row in Int(try row.next(Int32.self)) } ?? 0
    }

    /// Removes what is two hours older than an instant, whichever address it is of.
    static func prune(before instant: Timestamp, in tenant: TenantID, _ database: some SQLExecutor) async throws {
        try await database.execute(
            """
            DELETE FROM consent_form_attempts
            WHERE tenant_id = \(tenant) AND hour_at < \(instant)::timestamptz - interval '2 hours'
            """)
    }
}
