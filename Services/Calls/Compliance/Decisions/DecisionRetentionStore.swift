import Models
import Postgres

/// Removes decisions and proofs that a tenant does not keep any longer; what belongs to a held call stays.
struct DecisionRetentionStore: Sendable {
    /// How many rows one statement removes.
    private static let bound: Int32 = 2_000

    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    /// The tenants that have any.
    static func tenants(in database: Database) async throws -> [TenantID] {
        try await database.query("SELECT tenants_with_decisions()") { row in try row.next(TenantID.self) }
    }

    /// Removes some decisions that were made before an instant, with whom they were about; how many.
    func removeDecisions(before instant: Timestamp) async throws -> Int {
        try await rows.execute(
            """
            DELETE FROM contact_decisions WHERE tenant_id = \(tenant) AND id IN (
                SELECT id FROM contact_decisions
                WHERE tenant_id = \(tenant) AND at < \(instant)
                  AND coalesce(reference, '') <> ALL (ARRAY(
                    SELECT 'call/' || call_id FROM call_legal_holds WHERE tenant_id = \(tenant) AND released_at IS NULL))
                ORDER BY at LIMIT \(Self.bound))
            """)
    }

    /// Removes what proves some consents that ended before an instant; how many.
    ///
    /// That somebody said no stays, as a hash by which nobody is recognised: they are not to be asked again.
    func removeProofs(before instant: Timestamp) async throws -> Int {
        try await rows.execute(
            """
            DELETE FROM consent_proofs WHERE tenant_id = \(tenant) AND consent_id IN (
                SELECT c.id FROM consents AS c
                JOIN consent_proofs AS p ON p.tenant_id = c.tenant_id AND p.consent_id = c.id
                WHERE c.tenant_id = \(tenant) AND least(c.revoked_at, c.expires_at) < \(instant)
                  AND NOT EXISTS (SELECT FROM call_legal_holds AS h
                    WHERE h.tenant_id = \(tenant) AND h.call_id = p.call_id AND h.released_at IS NULL)
                LIMIT \(Self.bound))
            """)
    }
}
