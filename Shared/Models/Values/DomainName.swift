package import JSON

/// A host name of the public DNS in lower case: labels of RFC 1123, at least two, none of them for special uses.
///
/// Names of other scripts come as browsers send them, `xn--...` (RFC 5891).
package struct DomainName: JSONScalar, Hashable {
    package let text: String

    /// Names that the public DNS does not have (RFC 6761, 6762, 7686, 9476).
    private static let special: Set<Substring> = [
        "localhost", "local", "internal", "invalid", "onion", "arpa", "alt", "home", "lan", "corp", "localdomain",
    ]

    package init(jsonText: String) throws(JSONScalarError) {
        var text = jsonText.lowercased()
        if text.hasSuffix(".") { text.removeLast() }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 200, labels.count > 1, labels.allSatisfy(Self.isLabel), let last = labels.last,
            !last.utf8.allSatisfy({ (48...57).contains($0) })
        else {
            throw JSONScalarError(
                code: "invalid_format", detail: "a domain such as sales.example.com expected, other scripts as xn--...")
        }
        guard !Self.special.contains(last) else {
            throw JSONScalarError(code: "reserved", detail: "the public DNS has no such names")
        }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    private static func isLabel(_ label: Substring) -> Bool {
        let bytes = label.utf8
        guard (1...63).contains(bytes.count), bytes.first != 45, bytes.last != 45 else { return false }
        return bytes.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    /// Whether the name is another one or lies below it.
    package func isWithin(_ other: String) -> Bool { text == other || text.hasSuffix(".\(other)") }

    package var jsonText: String { text }

    package static var example: DomainName { DomainName(unchecked: "sales.example.com") }
    package static var format: String { "hostname" }
    package static var schemaDescription: String { "A host name of the public DNS in lower case." }
}
