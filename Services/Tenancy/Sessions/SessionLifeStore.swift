import Models
import Postgres

/// Ending sessions: each deed is one transaction with its change and its audit row.
struct SessionLifeStore {
    let database: TenantDatabase

    /// Ends sessions of a user; false when none of them was open.
    func end(_ sessions: [SessionID], of user: UserID, origin: Origin, in tenant: TenantID) async throws -> Bool {
        try await database.transaction { rows in
            var ended: [SessionID] = []
            for session in sessions where try await SessionStore(rows: rows).revoke(session, of: user, in: tenant) {
                ended.append(session)
            }
            try await tell(ended, of: user, rows, origin, in: tenant)
            return !ended.isEmpty
        }
    }

    /// Ends all sessions of a user but one.
    func endOthers(than kept: SessionID, of user: UserID, origin: Origin, in tenant: TenantID) async throws {
        try await database.transaction { rows in
            let ended = try await SessionStore(rows: rows).revokeOthers(than: kept, of: user, in: tenant)
            try await tell(ended, of: user, rows, origin, in: tenant)
        }
    }

    private func tell(
        _ ended: [SessionID], of user: UserID, _ rows: Transaction, _ origin: Origin, in tenant: TenantID
    ) async throws {
        guard !ended.isEmpty else { return }
        try await AuditStore(rows: rows).append(origin.entry(.sessionsEnded, "user/\(user)"), in: tenant)
        try await ChangeStore.appendRevoked(ended, tenant: tenant, in: rows)
    }
}
