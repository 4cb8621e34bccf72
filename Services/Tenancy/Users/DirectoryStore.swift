import JSON
import Models
import Postgres

/// A person with what they inherit from their tenant.
struct DirectoryEntry: Sendable {
    var user: User
    var choices: NotificationChoices
    var tenantLanguage: String
    var tenantTimeZone: String
}

/// People as other services see them.
struct DirectoryStore {
    private struct Row: PostgresRowDecodable {
        let user: User
        let notifications: JSONText
        let language: String
        let timeZone: String

        init(row: inout RowReader) throws(PostgresError) {
            user = try User(row: &row)
            notifications = try row.next(JSONText.self)
            language = try row.next(String.self)
            timeZone = try row.next(String.self)
        }

        func entry() throws -> DirectoryEntry {
            DirectoryEntry(
                user: user, choices: try NotificationChoices(document: notifications), tenantLanguage: language,
                tenantTimeZone: timeZone)
        }
    }

    let rows: any SQLExecutor

    func find(_ id: UserID, in tenant: TenantID) async throws -> DirectoryEntry? {
        try await select("tenant_id = \(tenant) AND id = \(id) AND erased_at IS NULL", limit: 1, in: tenant).first
    }

    /// Whoever a filter finds, longest there first.
    func list(_ filter: UserFilter, limit: Int, in tenant: TenantID) async throws -> [DirectoryEntry] {
        try await select(UserListStore.condition(filter, UserReach(), in: tenant), limit: limit, in: tenant)
    }

    private func select(_ condition: SQL, limit: Int, in tenant: TenantID) async throws -> [DirectoryEntry] {
        try await rows.query(
            """
            SELECT \(unescaped: User.columns), notifications,
                   (SELECT t.language FROM tenants AS t WHERE t.tenant_id = \(tenant)),
                   (SELECT t.time_zone FROM tenants AS t WHERE t.tenant_id = \(tenant))
            FROM users WHERE \(condition) ORDER BY created_at, id LIMIT \(limit)
            """, as: Row.self
        ).map { try $0.entry() }
    }
}
