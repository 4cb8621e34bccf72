import JSON
import Models

/// What a caller wants to set at one level, checked: every fault is named.
struct SettingsChange: Sendable {
    /// Null goes back to what is inherited.
    let values: [(setting: Setting, value: JSONValue)]

    /// 422 with all faults; 403 with all settings that only an owner sets, when the caller is none.
    init(reading body: [String: JSONValue], at level: SettingLevel, isOwner: Bool) throws(Failure) {
        var values: [(setting: Setting, value: JSONValue)] = []
        var faults: [FieldError] = []
        var refused: [FieldError] = []
        for (name, value) in body.sorted(by: { $0.key < $1.key }) {
            let pointer = "/\(Self.escaped(name))"
            guard let setting = Settings.named(name) else {
                faults.append(FieldError(pointer: pointer, code: "unknown", detail: "no such setting"))
                continue
            }
            if let fault = Self.fault(of: value, setting, at: level) {
                faults.append(FieldError(pointer: pointer, code: fault.code, detail: fault.detail))
            } else if level == .tenant, setting.writer == .owner, !isOwner {
                refused.append(FieldError(pointer: pointer, code: "not_allowed", detail: "an owner sets it"))
            }
            values.append((setting, value))
        }
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
        guard refused.isEmpty else { throw Failure(.forbidden, "Some of these an owner sets.", errors: refused) }
        self.values = values
    }

    private static func fault(
        of value: JSONValue, _ setting: Setting, at level: SettingLevel
    ) -> (code: String, detail: String)? {
        guard setting.levels.contains(level) else {
            return ("not_allowed", "set for \(setting.levels.map(\.rawValue).joined(separator: " or "))")
        }
        return value == .null ? nil : setting.type.fault(of: value)
    }

    /// The time zone that is wanted; that it exists is for the database to say.
    var timeZone: String? {
        values.first { $0.setting == Settings.timeZone.setting }.flatMap { String(settingJSON: $0.value) }
    }

    /// The changed settings of a level, for the audit log.
    func excerpt(of overrides: SettingOverrides) -> [String: JSONValue] {
        Dictionary(values.map { ($0.setting.name, overrides[$0.setting.name] ?? .null) }) { first, _ in first }
    }

    /// RFC 6901, section 3.
    private static func escaped(_ name: String) -> String {
        name.prefix(100).map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    }
}
