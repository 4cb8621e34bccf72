package import JSON

/// What one level has set, by the names of settings; what is absent is inherited.
package typealias SettingOverrides = [String: JSONValue]

/// The settings that hold for somebody, by the one rule: what a person has set holds before what the tenant has, that
/// before what the platform has, and that before the default. What the platform switches off of settings that are
/// `isBinding`, nobody switches on.
///
/// A value that the catalogue does not take at its level, such as one of a later release, is passed over.
package struct EffectiveSettings: Sendable {
    private var platform: SettingOverrides
    private var tenant: SettingOverrides
    private var user: SettingOverrides

    /// The settings of the levels that are given; without any the defaults.
    package init(
        platform: SettingOverrides = [:], tenant: SettingOverrides = [:], user: SettingOverrides = [:]
    ) {
        self.platform = platform
        self.tenant = tenant
        self.user = user
    }

    /// The value that holds.
    package subscript<Value>(_ key: SettingKey<Value>) -> Value {
        Value(settingJSON: resolve(key.setting).value) ?? key.fallback
    }

    /// The value that somebody has set, at whatever level; nil where the default holds.
    package func chosen<Value>(_ key: SettingKey<Value>) -> Value? {
        let found = resolve(key.setting)
        return found.source == .default ? nil : Value(settingJSON: found.value)
    }

    /// The value that holds and where it comes from.
    package func resolve(_ setting: Setting) -> (value: JSONValue, source: SettingSource) {
        if setting.isBinding, own(setting, at: .platform) == .bool(false) { return (.bool(false), .platform) }
        if let value = own(setting, at: .user) { return (value, .user) }
        if let value = own(setting, at: .tenant) { return (value, .tenant) }
        if let value = own(setting, at: .platform) { return (value, .platform) }
        return (setting.fallback, .default)
    }

    /// The same with what a tenant has set.
    package func with(tenant overrides: SettingOverrides) -> EffectiveSettings {
        var copy = self
        copy.tenant = overrides
        return copy
    }

    /// The same with what a person has set.
    package func with(user overrides: SettingOverrides) -> EffectiveSettings {
        var copy = self
        copy.user = overrides
        return copy
    }

    /// The settings as they would be if a level had set nothing.
    package func without(_ level: SettingLevel) -> EffectiveSettings {
        var copy = self
        switch level {
        case .platform: copy.platform = [:]
        case .tenant: copy.tenant = [:]
        case .user: copy.user = [:]
        }
        return copy
    }

    private func own(_ setting: Setting, at level: SettingLevel) -> JSONValue? {
        let overrides =
            switch level {
            case .platform: platform
            case .tenant: tenant
            case .user: user
            }
        guard let value = overrides[setting.name], setting.levels.contains(level),
            setting.type.fault(of: value) == nil
        else { return nil }
        return value
    }
}

extension TenantKnowledge {
    /// The settings that hold for a tenant, as the change feed has told them.
    package func effectiveSettings(of id: TenantID) -> EffectiveSettings {
        let platform = settings(of: .platform)?.overrides ?? [:]
        return EffectiveSettings(platform: platform, tenant: id == .platform ? [:] : settings(of: id)?.overrides ?? [:])
    }
}
