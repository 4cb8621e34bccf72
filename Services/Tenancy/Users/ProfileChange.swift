import Models

/// What is to be changed of a person; what is nil stays.
struct ProfileChange: Sendable {
    /// A value that may also be taken away.
    enum Change: Sendable, Equatable {
        case stays
        case to(String?)

        var isMade: Bool { self != .stays }
        var value: String? {
            guard case .to(let value) = self else { return nil }
            return value
        }
    }

    static let longestEntry = 60
    static let longestZIP = 16

    var name: String?
    var phone = Change.stays
    var language = Change.stays
    var timeZone = Change.stays
    var territory: [String]?
    var skills: [String]?
    var languages: [String]?

    /// The names of the fields that are given, as the wire has them.
    var fields: [String] {
        let given: [(String, Bool)] = [
            ("name", name != nil), ("phone", phone.isMade), ("language", language.isMade),
            ("time_zone", timeZone.isMade), ("territory", territory != nil), ("skills", skills != nil),
            ("languages", languages != nil),
        ]
        return given.filter(\.1).map(\.0)
    }

    /// Brings every field into the form in which it is kept; the faults of those that have none.
    ///
    /// `reading` gives the E.164 form of a number; nil when it cannot be one.
    mutating func normalise(reading number: (String) -> String?) -> [FieldError] {
        var faults: [FieldError] = []
        func fault(_ pointer: String, _ code: String, _ detail: String) {
            faults.append(FieldError(pointer: pointer, code: code, detail: detail))
        }
        if let given = name {
            name = Self.trimmed(given)
            if name == nil { fault("/name", "too_short", "a name expected") }
        }
        if let given = phone.value {
            phone = .to(number(given))
            if phone.value == nil { fault("/phone", "invalid_format", "a telephone number expected") }
        }
        if let given = language.value, !SettingType.isLanguage(given) {
            fault("/language", "invalid_format", "BCP 47 language tag expected")
        }
        territory = Self.list(territory) { index, text in
            guard let zip = Self.zip(text) else {
                fault(
                    "/territory/\(index)", "invalid_format",
                    "a ZIP code of letters, digits, spaces and hyphens expected, or the beginning of some and *")
                return nil
            }
            return zip
        }?.sorted()
        skills = Self.list(skills) { index, text in
            guard let skill = Self.trimmed(text), skill.unicodeScalars.count <= Self.longestEntry else {
                fault("/skills/\(index)", "invalid_format", "1 to \(Self.longestEntry) characters expected")
                return nil
            }
            return skill
        }
        languages = Self.list(languages) { index, text in
            guard SettingType.isLanguage(text) else {
                fault("/languages/\(index)", "invalid_format", "BCP 47 language tag expected")
                return nil
            }
            return text
        }
        return faults
    }

    /// Each entry once, whatever its case; the first spelling stays.
    private static func list(_ given: [String]?, _ read: (Int, String) -> String?) -> [String]? {
        guard let given else { return nil }
        var seen: Set<String> = []
        return given.enumerated().compactMap { read($0.offset, $0.element) }.filter {
            seen.insert($0.lowercased()).inserted
        }
    }

    /// A ZIP code as it is compared: capital letters, no spaces around it.
    static func zip(_ text: String) -> String? {
        guard let zip = trimmed(text)?.uppercased(), zip.utf8.count <= longestZIP else { return nil }
        let code = zip.hasSuffix("*") ? zip.dropLast() : zip[...]
        let isCode = code.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || byte == 0x20 || byte == 0x2d
        }
        return isCode && !code.isEmpty ? zip : nil
    }

    /// Without white space around it; nil when nothing is left or a control character is in it.
    private static func trimmed(_ text: String) -> String? {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        guard !rest.isEmpty, rest.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
            return nil
        }
        return String(rest)
    }
}
