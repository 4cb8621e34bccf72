import Models
import Postgres

/// Forgets whom the dialer was to call.
struct OutboundErasureStore: Sendable {
    let rows: TenantDatabase

    /// Removes somebody's numbers from the queue and the call-back list; a number that is unreadable must not be dialled.
    func erase(_ numbers: [String]) async throws -> Int {
        guard !numbers.isEmpty else { return 0 }
        let results = try await rows.batch([
            "DELETE FROM missed_calls WHERE tenant_id = \(rows.tenant) AND number = ANY (\(numbers))",
            "DELETE FROM dial_queue WHERE tenant_id = \(rows.tenant) AND number = ANY (\(numbers))",
        ])
        return results.reduce(0) { $0 + $1.affectedRows }
    }
}
