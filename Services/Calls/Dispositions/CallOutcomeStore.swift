import Events
import Models
import Postgres

/// What calls came to, together with the event that tells of it.
struct CallOutcomeStore: Sendable {
    /// The data of `call.disposition_set`.
    struct Facts: Codable, Sendable {
        var callID: CallID
        var agentID: UserID?
        var origin: CallOrigin
        var isTest: Bool
        /// Null when the disposition was taken back.
        var dispositionID: DispositionID?
        var category: DispositionCategory?
        var setBy: UserID?
    }

    /// The call's tenant's.
    let transaction: Transaction

    /// Sets what a call came to, or takes it back with nil; 404 for a call out of reach, 422 for a retired disposition.
    @discardableResult
    func set(
        _ disposition: DispositionID?, note: String? = nil, on id: CallID, by person: UserID?, reach: CallReach,
        in tenant: TenantID
    ) async throws -> (call: Call, disposition: Disposition?) {
        var chosen: Disposition?
        if let disposition {
            chosen = try await DispositionStore(rows: transaction).find(disposition, in: tenant)
            guard let chosen, chosen.retiredAt == nil else {
                throw Failure.invalid("/disposition_id", "not_found", "There is no such disposition to choose.")
            }
        }
        let note = chosen == nil ? nil : note
        let call = try await transaction.first(
            """
            UPDATE calls SET disposition_id = \(disposition), disposition_note = \(note),
                disposition_at = CASE WHEN \(chosen != nil) THEN now() END, disposition_by = \(person),
                updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL\(reach.condition)
            RETURNING \(unescaped: Call.columns)
            """, as: Call.self)
        guard let call else { throw Failure(.notFound) }
        let facts = Facts(
            callID: id, agentID: call.agentID, origin: call.origin, isTest: call.isTest, dispositionID: disposition,
            category: chosen?.category, setBy: person)
        try await Outbox.publish(.callDispositionSet, subject: "call/\(id)", data: facts, in: transaction)
        return (call, chosen)
    }
}
