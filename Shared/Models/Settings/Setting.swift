package import JSON

/// A thing that the platform, a tenant or a person may set: its name, its type, its limits and who sets it.
package struct Setting: Sendable, Hashable {
    /// The name on the wire, in the database and in the change feed; never renamed.
    package let name: String
    /// What belongs together on one form.
    package let group: SettingGroup
    package let type: SettingType
    /// What holds where nobody has set it.
    package let fallback: JSONValue
    /// Where it may be set, the widest first; what is set nearer to the person holds.
    package let levels: [SettingLevel]
    /// Who may set it for a tenant.
    package let writer: SettingWriter
    /// Whether nobody switches on what the platform has switched off.
    package let isBinding: Bool
    package let title: String
    package let help: String
}

/// A level at which a setting may be set.
package enum SettingLevel: String, Codable, CaseIterable, Sendable {
    case platform, tenant, user
}

/// Where the value that holds comes from.
package enum SettingSource: String, Codable, CaseIterable, Sendable {
    case `default`, platform, tenant, user
}

/// Who may set a setting of a tenant.
package enum SettingWriter: String, Codable, CaseIterable, Sendable {
    /// Owners alone: what deletes, and what binds the company.
    case owner
    /// Whoever has `settings.write`: owners, admins, and keys with that scope.
    case administrators
}

/// What belongs together on one form.
package enum SettingGroup: String, Codable, CaseIterable, Sendable {
    case general, access, calls, analysis, recording, retention, privacy
}

/// What a number counts.
package enum SettingUnit: String, Codable, CaseIterable, Sendable {
    case hours, days, times, dollars
}

/// What a setting's value is and how far it may go.
package enum SettingType: Sendable, Hashable {
    case flag
    case integer(ClosedRange<Int64>, SettingUnit)
    case integers(ClosedRange<Int64>, SettingUnit, count: ClosedRange<Int>)
    case choice([String])
    /// A BCP 47 tag.
    case language
    /// A name of the IANA database; that the zone exists is for the database to say.
    case timeZone
    /// ISO 3166-1 alpha-2.
    case country
}

extension SettingType {
    /// What is wrong with a value, as a field's code and a sentence for the caller; nil for one that may be set.
    package func fault(of value: JSONValue) -> (code: String, detail: String)? {
        switch (self, value) {
        case (.flag, .bool): nil
        case (.flag, _): ("wrong_type", "boolean expected")
        case (.integer(let range, _), .int(let number)):
            range.contains(number) ? nil : ("out_of_range", Self.words(range))
        case (.integer, _): ("wrong_type", "integer expected")
        case (.integers(let range, _, let count), .array(let numbers)): Self.fault(of: numbers, range, count)
        case (.integers, _): ("wrong_type", "array of integers expected")
        case (.choice(let words), .string(let word)):
            words.contains(word) ? nil : ("not_allowed", "one of \(words.joined(separator: ", ")) expected")
        case (.language, .string(let text)):
            Self.isLanguage(text) ? nil : ("invalid_format", "BCP 47 language tag expected")
        case (.timeZone, .string(let text)): Self.fault(ofZone: text)
        case (.country, .string(let text)):
            Self.isCountry(text) ? nil : ("invalid_format", "two capital letters of ISO 3166-1 expected")
        case (.choice, _), (.language, _), (.timeZone, _), (.country, _): ("wrong_type", "string expected")
        }
    }

    private static func fault(
        of numbers: [JSONValue], _ range: ClosedRange<Int64>, _ count: ClosedRange<Int>
    ) -> (code: String, detail: String)? {
        guard count.contains(numbers.count) else {
            return ("invalid_length", "\(count.lowerBound) to \(count.upperBound) integers expected")
        }
        for number in numbers {
            guard case .int(let number) = number else { return ("wrong_type", "array of integers expected") }
            guard range.contains(number) else { return ("out_of_range", words(range)) }
        }
        return nil
    }

    private static func fault(ofZone text: String) -> (code: String, detail: String)? {
        do throws(JSONScalarError) { _ = try TimeZoneName(jsonText: text) } catch { return (error.code, error.detail) }
        return nil
    }

    private static func words(_ range: ClosedRange<Int64>) -> String {
        "\(range.lowerBound) to \(range.upperBound) expected"
    }

    /// Two capital letters; which of them are assigned is for the numbering plan to know.
    package static func isCountry(_ text: String) -> Bool {
        text.utf8.count == 2 && text.utf8.allSatisfy { (65...90).contains($0) }
    }

    /// A BCP 47 tag in shape: a word of two or three letters, then words of letters and digits.
    package static func isLanguage(_ text: String) -> Bool {
        guard text.utf8.count <= 35 else { return false }
        let words = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let first = words.first, (2...3).contains(first.count), first.allSatisfy({ isLetter($0) }) else {
            return false
        }
        return words.allSatisfy { word in
            (1...8).contains(word.count) && word.allSatisfy { isLetter($0) || (48...57).contains($0) }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 0x20) }
}
