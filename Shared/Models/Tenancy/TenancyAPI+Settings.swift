package import JSON

extension TenancyAPI {
    /// The settings of one level.
    package struct EffectiveSettings: Codable, Sendable {
        package var level: SettingLevel
        package var settings: [EffectiveSetting]

        package init(level: SettingLevel, settings: [EffectiveSetting]) {
            self.level = level
            self.settings = settings
        }
    }

    /// One setting as it holds.
    package struct EffectiveSetting: Codable, Sendable {
        package var name: String
        /// What holds.
        package var value: JSONValue
        /// Who has set it.
        package var source: SettingSource
        /// What would hold if this level had set nothing.
        package var inherited: JSONValue

        package init(name: String, value: JSONValue, source: SettingSource, inherited: JSONValue) {
            self.name = name
            self.value = value
            self.source = source
            self.inherited = inherited
        }
    }

    /// Everything that can be set, for forms.
    package struct SettingsSchema: Codable, Sendable {
        package var settings: [SettingDescription]

        package init(settings: [SettingDescription]) { self.settings = settings }
    }

    /// How a form asks for a setting.
    package enum SettingKind: String, Codable, CaseIterable, Sendable {
        case flag, integer, integers, choice, language, country
        case timeZone = "time_zone"
    }

    /// One setting for a form.
    package struct SettingDescription: Codable, Sendable {
        package var name: String
        package var group: SettingGroup
        package var type: SettingKind
        package var unit: SettingUnit?
        package var minimum: Int64?
        package var maximum: Int64?
        package var minimumCount: Int?
        package var maximumCount: Int?
        package var choices: [String]?
        package var `default`: JSONValue
        package var levels: [SettingLevel]
        /// Who sets it for a tenant.
        package var setBy: SettingWriter
        package var title: String
        package var help: String

        package init(
            name: String, group: SettingGroup, default fallback: JSONValue, levels: [SettingLevel],
            setBy: SettingWriter, title: String, help: String
        ) {
            self.name = name
            self.group = group
            type = .flag
            `default` = fallback
            self.levels = levels
            self.setBy = setBy
            self.title = title
            self.help = help
        }
    }
}
