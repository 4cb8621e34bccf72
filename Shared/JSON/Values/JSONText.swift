/// A JSON document as its bytes: embedded as it is by the encoder, captured as it is by the decoder.
///
/// It serves free-form metadata and `jsonb` columns, whose inside nobody here reads.
package struct JSONText: Codable, Sendable, Hashable {
    package let bytes: [UInt8]

    /// Bytes that are known to be one valid document, such as what the database gives for `jsonb`.
    package init(validated bytes: [UInt8]) { self.bytes = bytes }

    /// Checks that the bytes are one valid document.
    package init(checking bytes: [UInt8]) throws(JSONDecodingError) {
        try JSONTape.check(bytes)
        self.bytes = bytes
    }

    /// The document of a value.
    package init<Value: Encodable>(encoding value: Value) throws(JSONEncodingError) {
        bytes = try JSON.encode(value)
    }

    /// Reads the document, ignoring keys that the type does not know: later versions may have written it.
    package func decode<Value: Decodable>(_ type: Value.Type) throws(JSONDecodingError) -> Value {
        try JSON.decode(type, from: bytes, unknownKeys: .ignore)
    }

    /// `{}`.
    package static let emptyObject = JSONText(validated: [0x7b, 0x7d])

    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer().decode(JSONValue.self)
        bytes = try JSON.encode(value)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(JSON.decode(JSONValue.self, from: bytes))
    }
}
