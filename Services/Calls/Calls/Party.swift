import Models
import PhoneNumbers

/// One end of a call, read from what a phone system or a caller of the API wrote.
struct Party: Sendable, Hashable {
    /// What kind of end `value` names; the words are those of the wire and of the table.
    enum Kind: String, CaseIterable, Sendable {
        case phone, `extension`, sip, web, withheld
    }

    var kind: Kind
    var value: String
    var number: String?
    var raw: String

    /// Words by which phone systems say that the caller did not show a number.
    private static let withheldWords: Set<String> = [
        "", "anonymous", "unknown", "restricted", "private", "withheld", "unavailable", "blocked", "id unavailable",
    ]

    /// Reads the text by the numbering plan of `country`.
    ///
    /// Up to five digits are an extension: no public number that a call would carry is as short.
    init(reading text: String, country: String) {
        raw = text
        let trimmed = text.trimmed
        let lower = trimmed.lowercased()
        if Self.withheldWords.contains(lower) {
            (kind, value, number) = (.withheld, "", nil)
        } else if lower.hasPrefix("sip:") || lower.hasPrefix("sips:") {
            (kind, value, number) = (.sip, lower, nil)
        } else if lower.hasPrefix("web:") || lower.hasPrefix("client:") {
            (kind, value, number) = (.web, trimmed, nil)
        } else if trimmed.utf8.count > 5, let phone = PhoneNumber(trimmed, country: country) {
            (kind, value, number) = (.phone, phone.e164, phone.e164)
        } else if trimmed.contains("@") {
            (kind, value, number) = (.sip, lower, nil)
        } else {
            (kind, value, number) = (.extension, trimmed, nil)
        }
    }

    init(kind: Kind, value: String, number: String?, raw: String) {
        self.kind = kind
        self.value = value
        self.number = number
        self.raw = raw
    }
}
