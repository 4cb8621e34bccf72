import Models
import Postgres

/// The codes by which super admins come in as a tenant's owner.
struct ImpersonationStore {
    let rows: any SQLExecutor

    func create(
        _ id: ImpersonationID, of user: UserID, by impersonator: UserID, digest: [UInt8], expiresAt: Timestamp,
        in tenant: TenantID
    ) async throws {
        try await rows.execute(
            """
            INSERT INTO impersonations (tenant_id, id, user_id, impersonator, digest, expires_at)
            VALUES (\(tenant), \(id), \(user), \(impersonator), \(digest), \(expiresAt))
            """)
    }

    /// Uses a code up; nil when it is unknown, used or over.
    ///
    /// One guarded statement, so it works once.
    func use(digest: [UInt8], in tenant: TenantID) async throws -> (user: UserID, impersonator: UserID)? {
        try await rows.query(
            """
            UPDATE impersonations SET used_at = now()
            WHERE tenant_id = \(tenant) AND digest = \(digest) AND used_at IS NULL AND expires_at > now()
            RETURNING user_id, impersonator
            """
        ) { row in (user: try row.next(UserID.self), impersonator: try row.next(UserID.self)) }.first
    }

    /// Opens a session without a refresh token, in which nobody has shown who the user is.
    func open(
        _ session: SessionID, of user: UserID, device: Device, expiresAt: Timestamp, in tenant: TenantID
    ) async throws {
        try await rows.execute(
            """
            INSERT INTO sessions (tenant_id, id, user_id, expires_at, user_agent, address, client, method, authenticated_at)
            VALUES (\(tenant), \(session), \(user), \(expiresAt), \(device.userAgent), \(device.address),
                    \(device.client?.rawValue), \(SignInMethod.impersonation.rawValue), '-infinity')
            """)
    }
}
