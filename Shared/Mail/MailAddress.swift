package import Models

/// A mailbox with the name that is shown for it.
package struct MailAddress: Sendable, Equatable {
    package var address: EmailAddress
    package var name: String?

    package init(_ address: EmailAddress, name: String? = nil) {
        self.address = address
        self.name = name
    }

    /// Reads `ada@example.com` or `Ada Lovelace <ada@example.com>`; nil for anything else.
    package init?(parsing text: String) {
        var name: String?
        var address = text[...]
        if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
            let words = text[..<open].split(separator: " ").joined(separator: " ")
            name = words.isEmpty ? nil : words
            address = text[text.index(after: open)...].dropLast()
        }
        do { self.address = try EmailAddress(jsonText: String(address)) } catch { return nil }
        self.name = name
    }

    /// What follows the last `@`.
    package var domain: Substring { address.text.split(separator: "@").last ?? "" }

    /// The form of a header field.
    var field: String {
        get throws(MailError) {
            guard let name, !name.isEmpty else { return address.text }
            return "\(try HeaderText.phrase(name))\r\n <\(address.text)>"
        }
    }
}
