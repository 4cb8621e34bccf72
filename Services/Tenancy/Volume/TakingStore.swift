import JSON
import Models
import Postgres

/// Writes into the audit log what people and keys have taken out of other services.
struct TakingStore {
    let rows: Transaction

    func keep(_ taking: InternalAPI.Taking, in tenant: TenantID) async throws {
        let actor: AuditEntry.Actor =
            switch (taking.userID, taking.apiKeyID) {
            case (let user?, _): .user(user, impersonator: taking.impersonatorID)
            case (nil, let key?): .apiKey(key)
            case (nil, nil): .anonymous
            }
        let action: AuditEntry.Action =
            switch taking.kind {
            case .callsExported: .callsExported
            case .recordingDownloaded: .recordingDownloaded
            }
        let origin = Origin(actor: actor, requestID: taking.requestID, address: taking.clientAddress)
        let after = try JSONText(encoding: ["rows": taking.rows])
        try await AuditStore(rows: rows).append(origin.entry(action, taking.subject, after: after), in: tenant)
    }
}
