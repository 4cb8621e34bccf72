import JSON
import Models
import Postgres

/// Open work of people who leave goes to whoever takes over; what is done stays theirs.
struct HandOverStore {
    /// Gives a person's open calls to somebody else, or to nobody; how many there were.
    ///
    /// Open calls are those that run or are about to, so they are few.
    func handOver(
        _ person: UserID, to heir: UserID?, in transaction: Transaction, _ tenant: TenantID
    ) async throws -> Int {
        let calls = try await transaction.query(
            """
            UPDATE calls SET agent_id = \(heir), line_id = NULL, updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND agent_id = \(person) AND deleted_at IS NULL
              AND status IN ('registered', 'ringing', 'in_progress')
            RETURNING \(unescaped: Call.columns)
            """, as: Call.self)
        try await DialHandOverStore(transaction: transaction, tenant: tenant).handOver(person, to: heir)
        for call in calls { try await CallEvents.publish(.callUpdated, of: call, in: transaction) }
        return calls.count
    }

    /// What tenancy tells of people.
    func take(_ envelope: EventEnvelope, _ transaction: Transaction) async throws {
        switch envelope.type {
        case .userDeactivated, .userDeleted:
            let event = try envelope.data.decode(TenancyAPI.UserEvent.self)
            _ = try await handOver(event.userID, to: event.heirID, in: transaction, envelope.tenantID)
        default: break
        }
    }
}
