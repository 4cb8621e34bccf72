import JSON
import Models
import Postgres

/// The rows of origins.
struct OriginStore {
    let database: TenantDatabase

    /// Replaces a tenant's origins and tells the change feed; false when there is no such tenant.
    func set(_ origins: [String], of id: TenantID, origin: Origin) async throws -> Bool {
        try await database.transaction { rows in
            guard try await TenantStore(rows: rows).find(id) != nil else { return false }
            let changed = try await rows.execute(
                """
                INSERT INTO origins (tenant_id, origins) VALUES (\(id), \(origins))
                ON CONFLICT (tenant_id) DO UPDATE SET origins = excluded.origins, updated_at = now()
                WHERE origins.origins <> excluded.origins
                """)
            // The same once more, as a service that repeats itself sends it, is no change.
            guard changed == 1 else { return true }
            let value = ChangeFeedAPI.OriginsValue(origins: origins)
            try await AuditStore(rows: rows).append(
                origin.entry(.originsSet, "tenant/\(id)", after: try JSONText(encoding: value)), in: id)
            try await ChangeStore.append(.origins, key: id.jsonText, value: value, tenant: id, in: rows)
            return true
        }
    }
}
