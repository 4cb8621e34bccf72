package import Models

/// A person's numbers and addresses as one regular expression of PostgreSQL, matched without regard to case.
///
/// A number is found as E.164 has it and as its country dials it, with whatever people write between its digits, and
/// not inside of a longer one; an address not inside of another, and in a URL too.
package enum PersonPattern {
    /// Fewer digits would be found in many things that are no telephone number.
    private static let fewestDigits = 7
    /// What stands before digits or letters and looks like some: `\u003c` in JSON, `%3C` in an address.
    private static let escape = #"(?<=\\u00[0-9a-f]{2}|%[0-9a-f]{2})"#
    private static let between = #"[-[:space:]().\/\u00a0]{0,3}"#

    /// The pattern of all that an erasure names; nil when it names nothing.
    package static func make(of erasure: InternalAPI.Erasure) -> String? {
        make(erasure.phoneNumbers, erasure.emails)
    }

    /// The pattern of a person whose traces are given out: their accounts' ids count too; nil when it names nothing.
    package static func make(of person: InternalAPI.ExportedPerson) -> String? {
        make(person.phoneNumbers, person.emails, person.users)
    }

    private static func make(
        _ numbers: [InternalAPI.ErasedNumber], _ emails: [String], _ users: [UserID] = []
    ) -> String? {
        let parts = numbers.flatMap(patterns(of:)) + emails.compactMap(pattern(ofEmail:)) + users.map(\.description)
        return parts.isEmpty ? nil : parts.joined(separator: "|")
    }

    private static func patterns(of number: InternalAPI.ErasedNumber) -> [String] {
        let full = digits(number.number)
        var patterns: [String] = []
        if full.count >= fewestDigits {
            patterns.append("(?:(?<![0-9])|\(escape))" + #"(?:\+|00)?"# + full.joined(separator: between) + "(?![0-9])")
        }
        let national = digits(number.national)
        if national.count >= fewestDigits, national != full {
            patterns.append("(?<![0-9])(?:0\(between))?" + national.joined(separator: between) + "(?![0-9])")
        }
        return patterns
    }

    private static func digits(_ text: String) -> [String] { text.filter { ("0"..."9").contains($0) }.map(String.init) }

    private static func pattern(ofEmail email: String) -> String? {
        guard email.contains("@") else { return nil }
        var pattern = "(?:(?<![a-z0-9._%+-])|\(escape))"
        for letter in email {
            switch letter {
            case "@": pattern += #"(?:@|%40|\\\\?u0040)"#
            case "+": pattern += #"(?:\+|%2b|\\\\?u002b)"#
            case "a"..."z", "A"..."Z", "0"..."9": pattern.append(letter)
            // Whatever else is in an address stands for itself.
            default: pattern += letter.isASCII ? "\\\(letter)" : LetterForms.pattern(of: letter)
            }
        }
        return pattern + #"(?![a-z0-9-])(?!\.[a-z0-9])"#
    }
}
