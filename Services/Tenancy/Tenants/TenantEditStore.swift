import JSON
import Models
import Postgres

/// Changes of a tenant's row and of what it may use, by super admins.
struct TenantEditStore {
    let rows: any SQLExecutor

    /// Changes what is given; nil when there is no such tenant of this version, or it is deleted.
    func update(_ wanted: TenancyAPI.UpdateTenant, version: Int64?, of id: TenantID) async throws -> Tenant? {
        do { return try await change(wanted, version: version, of: id) } catch let error as PostgresError {
            throw TenantStore.failure(error)
        }
    }

    private func change(_ wanted: TenancyAPI.UpdateTenant, version: Int64?, of id: TenantID) async throws -> Tenant? {
        try await rows.first(
            """
            UPDATE tenants SET
                name = coalesce(\(wanted.name), name),
                subdomain = coalesce(\(wanted.subdomain?.label), subdomain), plan = coalesce(\(wanted.plan?.rawValue), plan),
                phone_system = coalesce(\(wanted.phoneSystem?.rawValue), phone_system),
                time_zone = coalesce(\(wanted.timeZone?.name), time_zone),
                country = coalesce(\(wanted.country?.uppercased()), country),
                language = coalesce(\(wanted.language), language), notes = coalesce(\(wanted.notes), notes),
                version = version + 1, updated_at = now()
            WHERE tenant_id = \(id) AND status <> 'deleted' AND version = coalesce(\(version), version)
            RETURNING \(unescaped: Tenant.columns)
            """, as: Tenant.self)
    }

    /// Replaces what super admins have set besides the plan, as far as it is given.
    func setOverrides(_ limits: TenancyAPI.Limits?, disabled: [Feature]?, of id: TenantID) async throws {
        let document = try limits.map { try JSONText(encoding: $0) }
        try await rows.execute(
            """
            UPDATE entitlements SET
                limits = coalesce(\(document)::jsonb, limits),
                disabled_features = coalesce(\(disabled?.map(\.rawValue))::text[], disabled_features),
                updated_at = now()
            WHERE tenant_id = \(id)
            """)
    }

    /// The features that super admins have switched off for the tenant, in order.
    func disabledFeatures(of id: TenantID) async throws -> [Feature] {
        let names = try await rows.value(
            "SELECT disabled_features FROM entitlements WHERE tenant_id = \(id)", as: [String].self)
        return (names ?? []).sorted().compactMap(Feature.init(rawValue:))
    }

    /// Begins the grace period; nil when it has begun before.
    func delete(_ id: TenantID, after time: Timestamp) async throws -> Tenant? {
        try await rows.first(
            """
            UPDATE tenants SET status = 'deleted', delete_after = \(time), version = version + 1, updated_at = now()
            WHERE tenant_id = \(id) AND status <> 'deleted' RETURNING \(unescaped: Tenant.columns)
            """, as: Tenant.self)
    }

    /// Gives a deleted tenant back the state that it had; nil when it is not deleted, or the grace period is over.
    func restore(_ id: TenantID) async throws -> Tenant? {
        try await rows.first(
            """
            UPDATE tenants SET
                status = CASE WHEN suspended_at IS NULL THEN 'active' ELSE 'suspended' END, delete_after = NULL,
                version = version + 1, updated_at = now()
            WHERE tenant_id = \(id) AND status = 'deleted' AND delete_after > now()
            RETURNING \(unescaped: Tenant.columns)
            """, as: Tenant.self)
    }

    /// How much of the suite the tenant's people use.
    func usage(of id: TenantID, seats: Int) async throws -> TenancyAPI.TenantUsage? {
        let counts = try await rows.first(
            """
            SELECT count(*) FILTER (WHERE status = 'active'), count(*) FILTER (WHERE status <> 'active' AND deleted_at IS NULL),
                   (SELECT count(*) FROM invitations WHERE tenant_id = \(id) AND purpose = 'invitation'
                    AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()),
                   (SELECT count(*) FROM sessions WHERE tenant_id = \(id) AND revoked_at IS NULL AND expires_at > now()),
                   (SELECT count(*) FROM api_keys WHERE tenant_id = \(id) AND revoked_at IS NULL),
                   max(last_sign_in_at)
            FROM users WHERE tenant_id = \(id)
            """, as: UsageRow.self)
        return counts.map {
            TenancyAPI.TenantUsage(
                activeUsers: $0.active, deactivatedUsers: $0.deactivated, pendingInvitations: $0.invited, seats: seats,
                openSessions: $0.sessions, apiKeys: $0.apiKeys, lastSignInAt: $0.lastSignInAt)
        }
    }

    /// The addresses of those who own the tenant.
    func owners(of id: TenantID) async throws -> [User] {
        try await rows.query(
            """
            SELECT \(unescaped: User.columns) FROM users
            WHERE tenant_id = \(id) AND role = 'owner' AND status = 'active' ORDER BY created_at, id LIMIT 20
            """, as: User.self)
    }
}

private struct UsageRow: PostgresRowDecodable {
    let active: Int
    let deactivated: Int
    let invited: Int
    let sessions: Int
    let apiKeys: Int
    let lastSignInAt: Timestamp?

    init(row: inout RowReader) throws(PostgresError) {
        active = try row.next(Int.self)
        deactivated = try row.next(Int.self)
        invited = try row.next(Int.self)
        sessions = try row.next(Int.self)
        apiKeys = try row.next(Int.self)
        lastSignInAt = try row.next(Timestamp?.self)
    }
}
