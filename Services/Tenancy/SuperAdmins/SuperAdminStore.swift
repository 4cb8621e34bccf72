import Models
import Postgres

/// The platform's users, with the areas that each may work in.
struct SuperAdminStore {
    let rows: any SQLExecutor

    /// A page of super admins.
    func list(_ page: RowPage) async throws -> [User] {
        try await rows.query(
            """
            SELECT \(unescaped: User.columns) FROM users
            WHERE tenant_id = \(TenantID.platform) AND role = 'super_admin'
              AND (created_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
            ORDER BY created_at \(unescaped: page.direction), id \(unescaped: page.direction)
            LIMIT \(page.limit) OFFSET \(page.offset)
            """, as: User.self)
    }

    /// Makes whoever takes a right from a super admin come one after another.
    func lock() async throws {
        try await rows.execute("SELECT 1 FROM tenants WHERE tenant_id = \(TenantID.platform) FOR UPDATE")
    }

    /// Whether somebody else could let people in again.
    func hasAdministrator(besides id: UserID) async throws -> Bool {
        try await rows.value(
            """
            SELECT EXISTS (
                SELECT FROM users
                WHERE tenant_id = \(TenantID.platform) AND role = 'super_admin' AND status = 'active' AND id <> \(id)
                  AND (areas IS NULL OR \(PlatformArea.administrators.rawValue) = ANY (areas)))
            """) ?? false
    }

    /// Sets the areas; tokens of before are void.
    func setAreas(_ areas: [PlatformArea], of id: UserID) async throws -> User? {
        try await rows.first(
            """
            UPDATE users SET areas = \(areas.map(\.rawValue)), version = version + 1, updated_at = now()
            WHERE tenant_id = \(TenantID.platform) AND id = \(id) AND status = 'active'
            RETURNING \(unescaped: User.columns)
            """, as: User.self)
    }

    /// Takes the right to sign in away; nil when it had been taken before.
    func deactivate(_ id: UserID) async throws -> User? {
        try await rows.first(
            """
            UPDATE users SET status = 'deactivated', version = version + 1, updated_at = now()
            WHERE tenant_id = \(TenantID.platform) AND id = \(id) AND status = 'active'
            RETURNING \(unescaped: User.columns)
            """, as: User.self)
    }
}
