import JSON
import Models
import Postgres

/// Changes of the people's rows, within the transaction of whoever tells of them.
struct UserChangeStore {
    let rows: any SQLExecutor

    /// The person, locked to the end of the transaction, also when they are in the bin.
    func lock(_ id: UserID, in tenant: TenantID) async throws -> User? {
        try await rows.first(
            """
            SELECT \(unescaped: User.columns) FROM users
            WHERE tenant_id = \(tenant) AND id = \(id) AND erased_at IS NULL FOR UPDATE
            """, as: User.self)
    }

    func update(_ change: ProfileChange, of id: UserID, in tenant: TenantID) async throws -> User? {
        try await rows.first(
            """
            UPDATE users SET
                name = coalesce(\(change.name), name),
                phone = CASE WHEN \(change.phone.isMade) THEN \(change.phone.value) ELSE phone END,
                language = CASE WHEN \(change.language.isMade) THEN \(change.language.value) ELSE language END,
                time_zone = CASE WHEN \(change.timeZone.isMade) THEN \(change.timeZone.value) ELSE time_zone END,
                territory = coalesce(\(change.territory)::text[], territory),
                skills = coalesce(\(change.skills)::text[], skills),
                languages = coalesce(\(change.languages)::text[], languages),
                revision = revision + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id)
            RETURNING \(unescaped: User.columns)
            """, as: User.self)
    }

    /// Gives another role: tokens of before are void.
    func setRole(_ role: Role, of id: UserID, in tenant: TenantID) async throws -> User? {
        try await rows.first(
            """
            UPDATE users SET role = \(role.rawValue), version = version + 1, revision = revision + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id)
            RETURNING \(unescaped: User.columns)
            """, as: User.self)
    }

    /// Lets somebody in or keeps them out: tokens of before are void.
    func setStatus(_ status: UserStatus, of id: UserID, in tenant: TenantID) async throws -> User? {
        try await rows.first(
            """
            UPDATE users SET status = \(status.rawValue), version = version + 1, revision = revision + 1,
                updated_at = now(), deactivated_at = CASE WHEN \(status.rawValue) = 'deactivated' THEN now() END
            WHERE tenant_id = \(tenant) AND id = \(id)
            RETURNING \(unescaped: User.columns)
            """, as: User.self)
    }

    /// Puts somebody into the bin or takes them out.
    func setDeleted(_ isDeleted: Bool, of id: UserID, in tenant: TenantID) async throws -> User? {
        try await rows.first(
            """
            UPDATE users SET deleted_at = CASE WHEN \(isDeleted) THEN now() END, revision = revision + 1,
                updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id)
            RETURNING \(unescaped: User.columns)
            """, as: User.self)
    }

    /// Whether somebody else owns the tenant too.
    func hasOwner(besides id: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.value(
            """
            SELECT EXISTS (
                SELECT FROM users
                WHERE tenant_id = \(tenant) AND role = 'owner' AND status = 'active' AND id <> \(id))
            """) ?? false
    }

    /// Whether nobody could act for the tenant.
    func hasNoOwner(in tenant: TenantID) async throws -> Bool {
        try await rows.value(
            """
            SELECT NOT EXISTS (
                SELECT FROM users WHERE tenant_id = \(tenant) AND role = 'owner' AND status = 'active')
            """) ?? false
    }

    /// The channels by event that the person has chosen.
    func notifications(of id: UserID, in tenant: TenantID) async throws -> NotificationChoices? {
        try await rows.query(
            """
            SELECT notifications FROM users WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL
            """
        ) { row in try row.next(JSONText.self) }.first.map { try NotificationChoices(document: $0) }
    }

    func setNotifications(_ choices: NotificationChoices, of id: UserID, in tenant: TenantID) async throws {
        let document = try choices.document()
        try await rows.execute(
            """
            UPDATE users SET notifications = \(document)::jsonb, revision = revision + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
    }

    /// Ends the keys that somebody made, and names them.
    func revokeKeys(of id: UserID, in tenant: TenantID) async throws -> [APIKeyID] {
        try await rows.query(
            """
            UPDATE api_keys SET revoked_at = now()
            WHERE tenant_id = \(tenant) AND created_by = \(id) AND revoked_at IS NULL
            RETURNING id
            """
        ) { row in try row.next(APIKeyID.self) }
    }
}
