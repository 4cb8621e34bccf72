import Auth
import JSON
import Models
import Postgres
import Web

/// The settings of the platform, of a tenant and of a person, with where each value comes from.
struct SettingsRoutes: Sendable {
    let database: Database

    func schema(_ context: RequestContext) async throws -> OK<TenancyAPI.SettingsSchema> {
        OK(TenancyAPI.SettingsSchema(settings: Settings.all.map(\.wire)))
    }

    /// The request's tenant; on the platform its own.
    func get(_ context: RequestContext) async throws -> OK<TenancyAPI.EffectiveSettings> {
        guard let settings = try await SettingsStore(rows: context.database(database)).find(of: context.tenant) else {
            throw Failure(.notFound)
        }
        return try answer(settings, context)
    }

    func update(
        _ context: RequestContext, _ match: IfMatch, _ body: Body<[String: JSONValue]>
    ) async throws -> OK<TenancyAPI.EffectiveSettings> {
        let isOwner = context.principal?.user?.role == .owner
        let change = try SettingsChange(reading: body.value, at: level(context), isOwner: isOwner)
        try await checkZone(change, context)
        let changed = try await SettingsLifeStore(database: context.database(database)).set(
            change, of: context.tenant, version: SettingsTag.version(of: match.version),
            inherited: inherited(context), origin: try context.origin())
        guard let changed else { throw Failure(.preconditionFailed) }
        return try answer(changed, context)
    }

    func getOwn(_ context: RequestContext) async throws -> OK<TenancyAPI.EffectiveSettings> {
        let user = try context.user
        let found = try await SettingsStore(rows: context.database(database)).find(
            of: user.userID, in: context.tenant)
        guard let found else { throw Failure(.notFound) }
        return try answer(found, context)
    }

    func updateOwn(
        _ context: RequestContext, _ match: IfMatch, _ body: Body<[String: JSONValue]>
    ) async throws -> OK<TenancyAPI.EffectiveSettings> {
        let user = try context.user
        let change = try SettingsChange(reading: body.value, at: .user, isOwner: false)
        try await checkZone(change, context)
        let changed = try await SettingsLifeStore(database: context.database(database)).set(
            change, of: user.userID, in: context.tenant, version: SettingsTag.version(of: match.version),
            origin: try context.origin())
        guard let changed else { throw Failure(.preconditionFailed) }
        return try answer(changed, context)
    }

    private func checkZone(_ change: SettingsChange, _ context: RequestContext) async throws {
        guard let zone = change.timeZone, zone != TimeZoneName.utc.name,
            try await !TenantStore(rows: context.database(database)).knowsTimeZone(zone)
        else { return }
        throw Failure.invalid("/\(Settings.timeZone.setting.name)", "not_allowed", "unknown time zone")
    }

    private func level(_ context: RequestContext) -> SettingLevel { context.tenant == .platform ? .platform : .tenant }

    /// What would hold if the tenant had set nothing.
    private func inherited(_ context: RequestContext) -> EffectiveSettings {
        level(context) == .platform ? EffectiveSettings() : context.settings.without(.tenant)
    }

    private func answer(
        _ settings: TenantSettings, _ context: RequestContext
    ) throws -> OK<TenancyAPI.EffectiveSettings> {
        let inherited = inherited(context)
        let own = settings.differing(from: inherited)
        let level = level(context)
        let effective = level == .platform ? EffectiveSettings(platform: own) : inherited.with(tenant: own)
        return OK(
            effective.wire(at: level, inherited: inherited),
            version: try SettingsTag.make(version: settings.version, inherited: inherited))
    }

    private func answer(_ settings: UserSettings, _ context: RequestContext) throws -> OK<TenancyAPI.EffectiveSettings>
    {
        let inherited = context.settings
        return OK(
            inherited.with(user: settings.all).wire(at: .user, inherited: inherited),
            version: try SettingsTag.make(version: settings.version, inherited: inherited))
    }
}

extension EffectiveSettings {
    /// The settings of a level, in the order of the catalogue.
    fileprivate func wire(at level: SettingLevel, inherited: EffectiveSettings) -> TenancyAPI.EffectiveSettings {
        TenancyAPI.EffectiveSettings(
            level: level,
            settings: Settings.all.filter { $0.levels.contains(level) }.map { setting in
                let held = resolve(setting)
                return TenancyAPI.EffectiveSetting(
                    name: setting.name, value: held.value, source: held.source,
                    inherited: inherited.resolve(setting).value)
            })
    }
}
