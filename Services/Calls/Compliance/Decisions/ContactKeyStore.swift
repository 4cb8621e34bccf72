import Models
import Postgres

/// The sealed keys of the hashes.
enum ContactKeyStore {
    /// The tenant's key, which is the given one when there was none.
    static func find(
        orAdd sealed: [UInt8], for tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> [UInt8] {
        if let found = try await read(tenant, database) { return found }
        // Somebody who adds one at the same time is waited for, and seen by the next statement.
        try await database.execute(
            """
            INSERT INTO contact_keys (tenant_id, sealed_key) VALUES (\(tenant), \(sealed))
            ON CONFLICT ON CONSTRAINT contact_keys_pkey DO NOTHING
            """)
        guard let kept = try await read(tenant, database) else { throw Failure(.internal) }
        return kept
    }

    private static func read(_ tenant: TenantID, _ database: some SQLExecutor) async throws -> [UInt8]? {
        try await database.value(
            "SELECT sealed_key FROM contact_keys WHERE tenant_id = \(tenant)", as: [UInt8].self)
    }
}
