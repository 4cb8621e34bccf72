import Models
import Postgres

/// What the gateway's database has of people and tenants.
struct ErasureStore {
    /// The longest that one statement over a tenant's hooks may take.
    private static let patience = Duration.seconds(900)

    let database: Database

    /// Removes what hooks say of a person; how many of which.
    func erasePerson(_ pattern: String, of tenant: TenantID) async throws -> [String: Int] {
        let hooks = try await database.tenant(tenant).within(Self.patience).value(
            "SELECT inbox_erase_person(\(tenant), \(pattern))", as: Int.self)
        return ["hooks": hooks ?? 0]
    }

    /// Leaves no row of a tenant.
    func eraseTenant(_ tenant: TenantID) async throws -> [String: Int] {
        try await database.tenant(tenant).within(Self.patience).transaction { rows in
            let hooks = try await rows.value(
                "SELECT count(*) FROM inbox WHERE tenant_id = \(tenant)", as: Int.self)
            try await rows.execute("SELECT inbox_forget_tenant(\(tenant))")
            let buckets = try await rows.execute("DELETE FROM limit_buckets WHERE tenant_id = \(tenant)")
            let usage = try await rows.execute("DELETE FROM usage_buckets WHERE tenant_id = \(tenant)")
            return ["hooks": hooks ?? 0, "limits": buckets, "usage": usage]
        }
    }
}
