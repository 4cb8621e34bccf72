import JSON
import Models
import Postgres

/// Writes into the audit log what people and keys have changed in other services.
struct DeedStore {
    /// A word of a service, such as `rubric.updated`.
    private static let longestAction = 60

    let rows: Transaction

    func keep(_ envelope: EventEnvelope) async throws {
        // The person whom it named was erased before it was delivered.
        guard envelope.data != .emptyObject else { return }
        let deed = try envelope.data.decode(InternalAPI.Deed.self)
        guard Self.isAction(deed.action) else { throw Failure(.badRequest, "The action is no word.") }
        let origin = Origin(
            actor: .of(deed.userID, deed.apiKeyID, impersonator: deed.impersonatorID), requestID: deed.requestID,
            address: deed.clientAddress)
        try await AuditStore(rows: rows).append(
            origin.entry(deed.action, deed.subject, before: deed.before, after: deed.after), in: envelope.tenantID)
    }

    private static func isAction(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= longestAction && parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { (97...122).contains($0) || $0 == UInt8(ascii: "_") }
            }
    }
}
