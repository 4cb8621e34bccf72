package import JSON

/// A setting with the Swift type of its value, by which rules read it.
package struct SettingKey<Value: SettingValue>: Sendable {
    package let setting: Setting
    package let fallback: Value

    init(
        _ name: String, _ group: SettingGroup, _ type: SettingType, default fallback: Value,
        at levels: [SettingLevel] = [.platform, .tenant], by writer: SettingWriter = .administrators,
        isBinding: Bool = false, _ title: String, _ help: String
    ) {
        setting = Setting(
            name: name, group: group, type: type, fallback: fallback.settingJSON, levels: levels, writer: writer,
            isBinding: isBinding, title: title, help: help)
        self.fallback = fallback
    }
}

/// A value that a setting can have.
package protocol SettingValue: Sendable {
    /// Nil for JSON of another kind, such as a word that a later release knows.
    init?(settingJSON: JSONValue)
    var settingJSON: JSONValue { get }
}

extension Bool: SettingValue {
    package init?(settingJSON: JSONValue) {
        guard case .bool(let flag) = settingJSON else { return nil }
        self = flag
    }

    package var settingJSON: JSONValue { .bool(self) }
}

extension Int: SettingValue {
    package init?(settingJSON: JSONValue) {
        guard case .int(let number) = settingJSON else { return nil }
        self.init(exactly: number)
    }

    package var settingJSON: JSONValue { .int(Int64(self)) }
}

extension String: SettingValue {
    package init?(settingJSON: JSONValue) {
        guard case .string(let text) = settingJSON else { return nil }
        self = text
    }

    package var settingJSON: JSONValue { .string(self) }
}

extension [Int]: SettingValue {
    package init?(settingJSON: JSONValue) {
        guard case .array(let elements) = settingJSON else { return nil }
        self = elements.compactMap(Int.init(settingJSON:))
        guard count == elements.count else { return nil }
    }

    package var settingJSON: JSONValue { .array(map(\.settingJSON)) }
}

extension SettingValue where Self: RawRepresentable<String> {
    package init?(settingJSON: JSONValue) {
        guard case .string(let word) = settingJSON else { return nil }
        self.init(rawValue: word)
    }

    package var settingJSON: JSONValue { .string(rawValue) }
}

extension SettingType {
    /// One of an enumeration's words.
    static func choice<Word: RawRepresentable<String> & CaseIterable>(of type: Word.Type) -> SettingType {
        .choice(Word.allCases.map(\.rawValue))
    }
}
