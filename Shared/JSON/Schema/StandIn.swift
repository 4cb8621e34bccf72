import FoundationEssentials

/// Some value of a type, where a real one is missing or faulty.
enum StandIn {
    /// Throws for a type that only a real document can make: it should be a `JSONScalar`, or its cases listed.
    static func value<Value: Decodable>(of type: Value.Type) throws -> Value {
        switch CoderTables.ofThisThread.traits(of: type).kind {
        case .scalar(let scalar): return example(scalar)
        case .word(let word): return try first(word)
        case .text: return unsafeBitCast(JSONText.emptyObject, to: Value.self)
        case .patch(let patch): return absent(patch)
        case .uuid: return unsafeBitCast(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), to: Value.self)
        case .plain:
            if type == JSONValue.self { return unsafeBitCast(JSONValue.null, to: Value.self) }
            return try Value(from: RecordingDecoder(recorder: nil))
        }
    }

    // In each of these the traits say that the two types are one.

    private static func example<Scalar: JSONScalar, Value>(_ scalar: Scalar.Type) -> Value {
        unsafeBitCast(Scalar.example, to: Value.self)
    }

    private static func absent<Absent: AnyPatch, Value>(_ patch: Absent.Type) -> Value {
        unsafeBitCast(Absent.absentPatch, to: Value.self)
    }

    private static func first<Word: CaseIterable, Value>(_ word: Word.Type) throws -> Value {
        guard let value = Word.allCases.first else { throw JSONSchemaError(type: "\(word)", reason: "has no cases") }
        return unsafeBitCast(value, to: Value.self)
    }
}
