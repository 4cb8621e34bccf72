import JSON
import Models
import Postgres

/// Changing settings: each deed is one transaction with its change and its audit row.
struct SettingsLifeStore {
    let database: TenantDatabase

    /// Changes what a tenant has set, the platform's own included; nil when it is of another version.
    func set(
        _ change: SettingsChange, of tenant: TenantID, version: Int64?, inherited: EffectiveSettings, origin: Origin
    ) async throws -> TenantSettings? {
        try await database.transaction { rows in
            let store = SettingsStore(rows: rows)
            guard let before = try await store.lock(of: tenant) else { throw Failure(.notFound) }
            guard version == nil || version == before.version else { return nil }
            var after = before
            for (setting, value) in change.values { after.set(setting, value, inherited: inherited) }
            try await store.set(after, of: tenant)
            try await Self.audit(
                change, before.differing(from: inherited), after.differing(from: inherited), "tenant/\(tenant)",
                origin, tenant, rows)
            if before.timeZone != after.timeZone || before.country != after.country,
                let row = try await TenantStore(rows: rows).find(tenant)
            {
                try await ChangeStore.append(
                    .tenant, key: tenant.jsonText, value: row.change, tenant: tenant, in: rows)
            }
            try await store.announce(tenant, in: rows)
            return try await store.find(of: tenant)
        }
    }

    /// Changes what a person has set for themselves; nil when it is of another version.
    func set(
        _ change: SettingsChange, of user: UserID, in tenant: TenantID, version: Int64?, origin: Origin
    ) async throws -> UserSettings? {
        try await database.transaction { rows in
            let store = SettingsStore(rows: rows)
            guard let before = try await store.lock(of: user, in: tenant) else { throw Failure(.notFound) }
            guard version == nil || version == before.version else { return nil }
            var after = before
            for (setting, value) in change.values { after.set(setting, value) }
            try await store.set(after, of: user, in: tenant)
            try await Self.audit(change, before.all, after.all, "user/\(user)", origin, tenant, rows)
            if let person = try await UserStore(rows: rows).find(user, in: tenant) {
                let changed = change.values.map(\.setting.name)
                try await UserEvents.publish(.userUpdated, person, changed: changed, in: rows)
            }
            return try await store.find(of: user, in: tenant)
        }
    }

    private static func audit(
        _ change: SettingsChange, _ before: SettingOverrides, _ after: SettingOverrides, _ subject: String,
        _ origin: Origin, _ tenant: TenantID, _ rows: Transaction
    ) async throws {
        try await AuditStore(rows: rows).append(
            origin.entry(
                .settingsChanged, subject, before: try JSONText(encoding: change.excerpt(of: before)),
                after: try JSONText(encoding: change.excerpt(of: after))), in: tenant)
    }
}
