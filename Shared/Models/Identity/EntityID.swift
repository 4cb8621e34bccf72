package import FoundationEssentials
package import JSON

/// The identifier of one kind of row: a UUID version 7, made by the application, lower case on the wire.
package protocol EntityID: JSONScalar, Hashable, Comparable, CustomStringConvertible {
    var uuid: UUID { get }
    init(_ uuid: UUID)
}

extension EntityID {
    /// A new identifier of this instant.
    package static func make() -> Self { Self(UUID.v7()) }

    package init(jsonText: String) throws(JSONScalarError) {
        guard let uuid = UUID(uuidString: jsonText) else {
            throw JSONScalarError(code: "invalid_format", detail: "UUID expected")
        }
        self.init(uuid)
    }

    package var jsonText: String { uuid.text }

    package func write(into text: inout JSONTextWriter) { text.append(uuid) }

    package var description: String { jsonText }

    package static func < (left: Self, right: Self) -> Bool {
        withUnsafeBytes(of: left.uuid.uuid) { left in
            withUnsafeBytes(of: right.uuid.uuid) { right in left.lexicographicallyPrecedes(right) }
        }
    }

    package static var example: Self { Self(UUID(high: 0x019a_a5b5_6c00_7000, low: 0x8000_0000_0000_0001)) }
    package static var format: String { "uuid" }
    package static var schemaDescription: String { "An identifier, UUID version 7." }
}
