import JSON
import Models
import Postgres

/// What tenants and people have set.
///
/// Language, time zone and country are columns of the tenant and the person, since letters and lists join them; here
/// they look like all other settings.
struct SettingsStore {
    let rows: any SQLExecutor

    /// What a tenant has set; nil when there is no such tenant.
    func find(of tenant: TenantID) async throws -> TenantSettings? {
        try await rows.first(
            """
            SELECT s.overrides, t.version + coalesce(s.version, 0), t.language, t.time_zone, t.country
            FROM tenants AS t LEFT JOIN tenant_settings AS s ON s.tenant_id = t.tenant_id
            WHERE t.tenant_id = \(tenant)
            """
        ) { row in try TenantSettings(row: &row) }
    }

    /// The same, locked to the end of the transaction.
    func lock(of tenant: TenantID) async throws -> TenantSettings? {
        try await rows.execute("SELECT 1 FROM tenants WHERE tenant_id = \(tenant) FOR UPDATE")
        return try await find(of: tenant)
    }

    func set(_ settings: TenantSettings, of tenant: TenantID) async throws {
        let document = try JSONText(encoding: settings.overrides)
        _ = try await rows.batch([
            """
            INSERT INTO tenant_settings AS known (tenant_id, overrides) VALUES (\(tenant), \(document)::jsonb)
            ON CONFLICT ON CONSTRAINT tenant_settings_pkey DO UPDATE
            SET overrides = excluded.overrides, version = known.version + 1, updated_at = now()
            """,
            """
            UPDATE tenants SET language = \(settings.language), time_zone = \(settings.timeZone),
                country = \(settings.country), version = version + 1, updated_at = now()
            WHERE tenant_id = \(tenant)
              AND (language, time_zone, country) <> (\(settings.language), \(settings.timeZone), \(settings.country))
            """,
        ])
    }

    /// Tells the change feed what a tenant has set; call it last in the transaction.
    func announce(_ tenant: TenantID, in transaction: Transaction) async throws {
        guard let settings = try await find(of: tenant) else { return }
        try await ChangeStore.append(
            .settings, key: tenant.jsonText, value: ChangeFeedAPI.SettingsValue(settings.all), tenant: tenant,
            in: transaction)
    }

    /// What a person has set; nil when there is no such person.
    func find(of user: UserID, in tenant: TenantID) async throws -> UserSettings? {
        try await rows.first(
            """
            SELECT s.overrides, coalesce(s.version, 0), u.language, u.time_zone
            FROM users AS u
            LEFT JOIN user_settings AS s ON s.tenant_id = u.tenant_id AND s.user_id = u.id
            WHERE u.tenant_id = \(tenant) AND u.id = \(user)
            """
        ) { row in try UserSettings(row: &row) }
    }

    /// The same, locked to the end of the transaction.
    func lock(of user: UserID, in tenant: TenantID) async throws -> UserSettings? {
        try await rows.execute("SELECT 1 FROM users WHERE tenant_id = \(tenant) AND id = \(user) FOR UPDATE")
        return try await find(of: user, in: tenant)
    }

    func set(_ settings: UserSettings, of user: UserID, in tenant: TenantID) async throws {
        let document = try JSONText(encoding: settings.overrides)
        _ = try await rows.batch([
            """
            INSERT INTO user_settings AS known (tenant_id, user_id, overrides)
            VALUES (\(tenant), \(user), \(document)::jsonb)
            ON CONFLICT ON CONSTRAINT user_settings_pkey DO UPDATE
            SET overrides = excluded.overrides, version = known.version + 1, updated_at = now()
            """,
            """
            UPDATE users SET language = \(settings.language), time_zone = \(settings.timeZone), updated_at = now(),
                revision = revision + 1
            WHERE tenant_id = \(tenant) AND id = \(user)
            """,
        ])
    }
}

/// What a tenant has set, apart from what other levels have.
struct TenantSettings: Sendable {
    var overrides: SettingOverrides
    /// Grows with each change, those of the tenant's own row included.
    var version: Int64
    var language: String
    var timeZone: String
    var country: String

    init(row: inout RowReader) throws {
        overrides = try row.next(JSONText?.self)?.decode(SettingOverrides.self) ?? [:]
        version = try row.next(Int64.self)
        language = try row.next(String.self)
        timeZone = try row.next(String.self)
        country = try row.next(String.self)
    }
}

/// What a person has set.
struct UserSettings: Sendable {
    var overrides: SettingOverrides
    var version: Int64
    var language: String?
    var timeZone: String?

    init(row: inout RowReader) throws {
        overrides = try row.next(JSONText?.self)?.decode(SettingOverrides.self) ?? [:]
        version = try row.next(Int64.self)
        language = try row.next(String?.self)
        timeZone = try row.next(String?.self)
    }
}
