import LifeCycle
import Models
import Postgres

/// The end of a tenant's rows in tenancy.
struct TenantErasureStore {
    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    /// Lays a tombstone on the subdomain, and removes what the service itself may not; the catalogue finds the rest.
    func erase() async throws -> ErasureSteps.Outcome {
        guard tenant != .platform else { throw Failure(.internal) }
        try await rows.execute(
            """
            INSERT INTO tombstones (subdomain)
            SELECT subdomain FROM tenants WHERE tenant_id = \(tenant)
            UNION SELECT subdomain FROM former_subdomains WHERE tenant_id = \(tenant)
            ON CONFLICT DO NOTHING
            """)
        let entries = try await rows.value("SELECT erase_tenant_audit(\(tenant.uuid))", as: Int.self)
        return ErasureSteps.Outcome(erased: ["audit_log": entries ?? 0])
    }

    /// Every process forgets the tenant.
    static func tellGone(_ tenant: TenantID, in rows: Transaction) async throws {
        try await ChangeStore.appendGone(.tenant, key: tenant.jsonText, tenant: nil, in: rows)
    }
}
