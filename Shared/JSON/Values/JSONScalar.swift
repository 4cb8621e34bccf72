/// A value that is one string on the wire and checks itself: identifiers, instants, addresses.
package protocol JSONScalar: Codable, Sendable {
    /// Reads the text; throws with a code and a sentence for the caller when it is none of this kind.
    init(jsonText: String) throws(JSONScalarError)
    /// The text on the wire.
    var jsonText: String { get }
    /// Some valid value: stands in for a field that failed while the other fields are checked, and in documents.
    static var example: Self { get }
    /// The `format` of the schema.
    static var format: String { get }
    /// One sentence for the schema.
    static var schemaDescription: String { get }
    /// Writes the text without making a `String`; only for texts that need no escaping.
    func write(into text: inout JSONTextWriter)
}

extension JSONScalar {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            self = try Self(jsonText: container.decode(String.self))
        } catch let error as JSONScalarError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.detail)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(jsonText)
    }

    package func write(into text: inout JSONTextWriter) { text.append(jsonText) }
}

/// Why a text is no value of its kind.
package struct JSONScalarError: Error, Sendable {
    /// Stable and snake_case, such as `invalid_format`.
    package let code: String
    /// One sentence for the caller.
    package let detail: String

    package init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }
}

/// Where a scalar writes its text; within the quotes, valid during the call.
package struct JSONTextWriter {
    let buffer: JSONBuffer

    /// Appends text, escaped where it must be.
    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { buffer.putEscaped($0) }
    }

    /// Appends ASCII bytes that need no escaping.
    package mutating func append(ascii bytes: UnsafeRawBufferPointer) { buffer.put(bytes) }
}
