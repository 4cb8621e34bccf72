package import JSON

/// A tenant's host label: 3 to 63 of `a-z`, `0-9` and inner hyphens (RFC 1123), never a reserved name.
package struct Subdomain: JSONScalar, Hashable {
    package let label: String

    /// The platform's own host label, which no tenant can take.
    package static let admin = Subdomain(unchecked: "admin")

    /// Names that hosts of our own use or that would mislead.
    private static let reserved: Set<Substring> = Set(
        """
        www api admin app mail static hooks widget widgets assets cdn console status docs help support billing account accounts
        auth login signup smtp imap pop ftp ns1 ns2 dns mx webmail autodiscover autoconfig blog shop news forum dev test staging
        internal localhost root system platform switchboard postmaster hostmaster abuse security
        """.split(whereSeparator: \.isWhitespace))

    package init(jsonText: String) throws(JSONScalarError) {
        guard Self.hasShape(jsonText) else {
            throw JSONScalarError(
                code: "invalid_format", detail: "3 to 63 lower-case letters, digits and inner hyphens expected")
        }
        guard !Self.reserved.contains(jsonText[...]) else {
            throw JSONScalarError(code: "reserved", detail: "this name is reserved")
        }
        label = jsonText
    }

    /// A label out of our own rows, the reserved ones included.
    package init(unchecked label: String) { self.label = label }

    /// Whether a text could be a host label at all.
    package static func hasShape(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (3...63).contains(bytes.count), bytes.first != 45, bytes.last != 45 else { return false }
        return bytes.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    }

    package var jsonText: String { label }

    package static var example: Subdomain { Subdomain(unchecked: "acme") }
    package static var format: String { "subdomain" }
    package static var schemaDescription: String { "A host label: 3 to 63 of a-z, 0-9 and inner hyphens." }
}
