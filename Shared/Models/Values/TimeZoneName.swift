package import JSON

/// The name of a time zone in the IANA database, such as `Asia/Kathmandu`.
///
/// The shape is checked here; whether the zone exists is for the database that computes with it.
package struct TimeZoneName: JSONScalar, Hashable {
    package let name: String

    package static let utc = TimeZoneName(unchecked: "UTC")

    /// A name out of our own rows.
    package init(unchecked name: String) { self.name = name }

    package init(jsonText: String) throws(JSONScalarError) {
        let allowed = jsonText.utf8.allSatisfy { byte in
            switch byte {
            case 65...90, 97...122, 48...57, 43, 45, 47, 95: true
            default: false
            }
        }
        guard allowed, (1...64).contains(jsonText.utf8.count), jsonText.first?.isLetter == true, jsonText.last != "/"
        else {
            throw JSONScalarError(code: "invalid_format", detail: "time zone such as Europe/Berlin expected")
        }
        name = jsonText
    }

    package var jsonText: String { name }

    package static var example: TimeZoneName { .utc }
    package static var format: String { "time-zone" }
    package static var schemaDescription: String { "A name of the IANA time zone database." }
}
