import JSON
import Models
import Postgres

/// What a phone system has said of a call, as its account keeps it.
struct CallLegStore: Sendable {
    let database: Database

    /// Nil for a call that no phone system told of.
    func account(of id: CallID, in tenant: TenantID) async throws -> CallAccount? {
        let document = try await database.tenant(tenant).first(
            "SELECT document FROM call_accounts WHERE tenant_id = \(tenant) AND call_id = \(id)"
        ) { row in try row.next(JSONText.self) }
        return try document?.decode(CallAccount.self)
    }
}
