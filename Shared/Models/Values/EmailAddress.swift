package import JSON

/// An e-mail address as a person wrote it, with a lower-case form for comparison.
///
/// The shape is what mail servers accept in practice: one `@`, no spaces or controls, at most 254 bytes (RFC 5321 4.5.3.1.3).
package struct EmailAddress: JSONScalar, Hashable {
    package let text: String

    package init(jsonText: String) throws(JSONScalarError) {
        let text = jsonText
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value != 0x7f && !"<>()[]\\,;:\"".unicodeScalars.contains($0)
        }
        guard parts.count == 2, isPlain, text.utf8.count <= 254, !parts[0].isEmpty, parts[0].utf8.count <= 64,
            !parts[1].isEmpty, !parts[1].hasPrefix("."), !parts[1].hasSuffix("."), !parts[1].contains("..")
        else { throw JSONScalarError(code: "invalid_format", detail: "e-mail address expected") }
        self.text = text
    }

    /// The form by which two addresses are the same person within a tenant.
    package var normalised: String { text.lowercased() }

    package var jsonText: String { text }

    package static var example: EmailAddress { EmailAddress(unchecked: "ada@example.com") }
    package static var format: String { "email" }
    package static var schemaDescription: String { "An e-mail address." }

    private init(unchecked text: String) { self.text = text }
}
