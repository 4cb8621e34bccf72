import JSON
import Models

/// Language, time zone and country stand in columns of their own; here they look like all other settings.
extension TenantSettings {
    private static var columns: [(setting: Setting, column: WritableKeyPath<TenantSettings, String>)] {
        [
            (Settings.language.setting, \.language), (Settings.timeZone.setting, \.timeZone),
            (Settings.country.setting, \.country),
        ]
    }

    /// All of them: a tenant always has its three columns.
    var all: SettingOverrides {
        var all = overrides
        for (setting, column) in Self.columns { all[setting.name] = .string(self[keyPath: column]) }
        return all
    }

    /// All that differ from what would hold without them: a column that has the inherited value is inherited.
    func differing(from inherited: EffectiveSettings) -> SettingOverrides {
        var all = all
        for (setting, _) in Self.columns where all[setting.name] == inherited.resolve(setting).value {
            all[setting.name] = nil
        }
        return all
    }

    /// Sets a value, or goes back to what is inherited.
    mutating func set(_ setting: Setting, _ value: JSONValue, inherited: EffectiveSettings) {
        guard let column = Self.columns.first(where: { $0.setting == setting })?.column else {
            overrides[setting.name] = value == .null ? nil : value
            return
        }
        let wanted = value == .null ? inherited.resolve(setting).value : value
        if case .string(let text) = wanted { self[keyPath: column] = text }
    }
}

extension UserSettings {
    private static var columns: [(setting: Setting, column: WritableKeyPath<UserSettings, String?>)] {
        [(Settings.language.setting, \.language), (Settings.timeZone.setting, \.timeZone)]
    }

    var all: SettingOverrides {
        var all = overrides
        for (setting, column) in Self.columns { all[setting.name] = self[keyPath: column].map { .string($0) } }
        return all
    }

    /// Sets a value, or goes back to what is inherited.
    mutating func set(_ setting: Setting, _ value: JSONValue) {
        guard let column = Self.columns.first(where: { $0.setting == setting })?.column else {
            overrides[setting.name] = value == .null ? nil : value
            return
        }
        self[keyPath: column] = String(settingJSON: value)
    }
}
