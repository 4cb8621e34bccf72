import Models
import Postgres

/// What an assignment needs of a call's row.
enum CallAgentStore {
    /// Tells the others whose the call is now.
    static func publish(_ id: CallID, in tenant: TenantID, _ transaction: Transaction) async throws {
        let call = try await transaction.first(
            "SELECT \(unescaped: Call.columns) FROM calls WHERE tenant_id = \(tenant) AND id = \(id)", as: Call.self)
        guard let call else { throw Failure(.notFound) }
        try await CallEvents.publish(.callUpdated, of: call, in: transaction)
    }
}
