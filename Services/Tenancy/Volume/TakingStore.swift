import JSON
import Models
import Postgres

/// Writes into the audit log what people and keys have taken out of other services.
struct TakingStore {
    let rows: Transaction

    func keep(_ taking: InternalAPI.Taking, in tenant: TenantID) async throws {
        let action: AuditEntry.Action =
            switch taking.kind {
            case .callsExported: .callsExported
            case .recordingDownloaded: .recordingDownloaded
            case .contactsExported: .contactsExported
            }
        let origin = Origin(
            actor: .of(taking.userID, taking.apiKeyID, impersonator: taking.impersonatorID),
            requestID: taking.requestID, address: taking.clientAddress)
        let after = try JSONText(encoding: ["rows": taking.rows])
        try await AuditStore(rows: rows).append(origin.entry(action, taking.subject, after: after), in: tenant)
    }
}

extension AuditEntry.Actor {
    /// Whoever a service names.
    static func of(_ user: UserID?, _ key: APIKeyID?, impersonator: UserID?) -> AuditEntry.Actor {
        switch (user, key) {
        case (let user?, _): .user(user, impersonator: impersonator)
        case (nil, let key?): .apiKey(key)
        case (nil, nil): .anonymous
        }
    }
}
