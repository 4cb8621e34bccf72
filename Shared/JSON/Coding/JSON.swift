/// Encodes and decodes plain `Codable` types, fast and strictly.
///
/// Property names are camelCase in Swift and snake_case on the wire (`externalID` is `external_id`); keys of
/// dictionaries are left alone.
package enum JSON {
    /// What the decoder does with keys that the type does not have.
    package enum UnknownKeys: Sendable {
        /// Names them as errors: for requests.
        case refuse
        /// Passes over them: for the answers of others, who may add fields at any time.
        case ignore
    }

    /// What the encoder does with optional properties that have no value.
    package enum Nulls: Sendable {
        /// Writes null: every field of an answer is always there.
        case write
        /// Leaves the key out, as formats of others ask for, such as a token's claims (RFC 7519).
        case omit
    }

    /// The document of a value.
    package static func encode<Value: Encodable>(
        _ value: Value, nulls: Nulls = .write
    ) throws(JSONEncodingError) -> [UInt8] {
        try JSONEncoding.encode(value, nulls: nulls)
    }

    /// Reads a document; throws with the place of a syntax error, or with every faulty field at once.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], unknownKeys: UnknownKeys = .refuse
    ) throws(JSONDecodingError) -> Value {
        try JSONDecoding.decode(type, from: bytes, unknownKeys: unknownKeys)
    }
}
