import Models
import Postgres

/// Erases somebody from what is kept about consent: their no stays, as a hash that tells nothing.
struct ComplianceErasureStore: Sendable {
    let rows: TenantDatabase

    /// Removes whatever names the person, and what they had said yes to; how many rows of what.
    func erase(_ pattern: String) async throws -> [String: Int] {
        let tenant = rows.tenant
        let results = try await rows.batch([
            """
            DELETE FROM consents AS c USING consent_proofs AS p
            WHERE c.tenant_id = \(tenant) AND p.tenant_id = \(tenant) AND p.consent_id = c.id AND c.revoked_at IS NULL
              AND p.address ~* \(pattern)
            """,
            "DELETE FROM consent_proofs WHERE tenant_id = \(tenant) AND address ~* \(pattern)",
            "DELETE FROM do_not_call_numbers WHERE tenant_id = \(tenant) AND number ~* \(pattern)",
            "DELETE FROM contact_decision_addresses WHERE tenant_id = \(tenant) AND address ~* \(pattern)",
        ])
        let names = ["consents", "consent_proofs", "do_not_call_numbers", "contact_decision_addresses"]
        return Dictionary(zip(names, results.map(\.affectedRows))) { first, _ in first }.filter { $0.value > 0 }
    }
}
