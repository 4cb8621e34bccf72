import Auth
import Events
import Models
import Postgres
import Web

/// Tells tenancy, which keeps the audit log, what people and keys have taken out.
enum TakingEvents {
    /// Call it before the bytes go out: what cannot be written down is not given.
    static func publish(
        _ kind: TakenKind, _ subject: String, rows: Int = 1, by context: RequestContext, _ database: Database
    ) async throws {
        let caller = try context.caller
        var taking = InternalAPI.Taking(
            kind: kind, userID: nil, apiKeyID: nil, impersonatorID: nil, subject: subject, rows: rows,
            requestID: context.requestID.jsonText, clientAddress: context.clientAddress)
        switch caller {
        case .user(let user): (taking.userID, taking.impersonatorID) = (user.userID, user.impersonator)
        case .apiKey(let key): taking.apiKeyID = key.keyID
        case .service, .visitor: break
        }
        _ = try await context.database(database).transaction { transaction in
            try await Outbox.publish(.dataTaken, subject: subject, data: taking, in: transaction)
        }
    }
}
