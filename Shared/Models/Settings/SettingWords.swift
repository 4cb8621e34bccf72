extension Visibility: SettingValue {}

/// What happens before a call is recorded.
package enum RecordingPolicy: String, Codable, CaseIterable, Sendable, SettingValue {
    /// Recorded without a word, where the law allows it.
    case always
    /// Recorded after an announcement.
    case announcement
    /// Recorded once the other side has pressed a key.
    case keyPress = "key_press"
    /// Not recorded, and no recording is taken in.
    case never
}

/// Under which name figures about people are shown.
package enum PerformanceNames: String, Codable, CaseIterable, Sendable, SettingValue {
    case named, pseudonymous
    /// No figures of one person, those of teams alone.
    case team
}

/// Which recordings agents hear.
package enum Listening: String, Codable, CaseIterable, Sendable, SettingValue {
    /// Those of the calls that they see.
    case visible
    /// Those of their own calls, whatever else they see.
    case own
}

/// When super admins may act as the tenant's owner.
package enum SupportAccess: String, Codable, CaseIterable, Sendable, SettingValue {
    case allowed
    /// Once the owner has agreed, for so long as they have agreed to.
    case approval
}

/// How the console looks.
package enum Appearance: String, Codable, CaseIterable, Sendable, SettingValue {
    case system, light, dark
}
