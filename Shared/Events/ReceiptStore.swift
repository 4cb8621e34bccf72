import FoundationEssentials
import Models
import Postgres

/// Which events and hooks have taken effect in this database.
enum ReceiptStore {
    /// Longer than a publisher could repeat an event that it did not see taken.
    private static let retention = Duration.seconds(30 * 86_400)

    /// Keeps the receipt, and clears some old ones away; false when it was there.
    static func keep(_ id: UUID, of tenant: TenantID, in transaction: Transaction) async throws -> Bool {
        let old = Timestamp.now() - retention
        let results = try await transaction.batch([
            """
            INSERT INTO event_receipts (tenant_id, event_id) VALUES (\(tenant), \(id))
            ON CONFLICT ON CONSTRAINT event_receipts_pkey DO NOTHING
            """,
            """
            DELETE FROM event_receipts WHERE (tenant_id, event_id) IN (
                SELECT tenant_id, event_id FROM event_receipts WHERE received_at < \(old)
                ORDER BY received_at LIMIT 10 FOR UPDATE SKIP LOCKED)
            """,
        ])
        return results.first?.affectedRows == 1
    }
}
