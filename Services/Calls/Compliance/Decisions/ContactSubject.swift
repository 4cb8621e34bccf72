import Models
import PhoneNumbers

/// Who is contacted: a telephone number or an address of mail.
struct ContactSubject: Sendable, Hashable {
    /// The words of the tables.
    enum Kind: String, Codable, CaseIterable, Sendable {
        case phone, email
    }

    let kind: Kind
    /// E.164, or the address in lower case.
    let address: String

    /// Reads an address as a channel has it; nil when it is none.
    init?(_ text: String, on channel: ContactChannel, country: String) {
        if channel.isByNumber { self.init(number: text, country: country) } else { self.init(email: text) }
    }

    /// Reads a number, or an address when there is an `@` in it.
    init?(_ text: String, country: String) {
        if text.contains("@") { self.init(email: text) } else { self.init(number: text, country: country) }
    }

    init?(number text: String, country: String) {
        guard let number = PhoneNumber(text.trimmed, country: country) else { return nil }
        self.init(number: number)
    }

    init(kind: Kind, address: String) {
        self.kind = kind
        self.address = address
    }

    init(number: PhoneNumber) {
        kind = .phone
        address = number.e164
    }

    init?(email text: String) {
        do {
            address = try EmailAddress(jsonText: text.trimmed).normalised
            kind = .email
        } catch { return nil }
    }
}
