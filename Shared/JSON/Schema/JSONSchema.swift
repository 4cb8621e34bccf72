import FoundationEssentials

/// A type whose schema cannot be found out.
package struct JSONSchemaError: Error, Sendable, CustomStringConvertible {
    package let type: String
    package let reason: String

    package var description: String { "\(type): \(reason)" }
}

/// The named schemas of a document, each once.
package struct SchemaCollection: Sendable {
    /// By name, in the order in which they were met.
    package private(set) var components: [JSONValue.Member] = []
    private var indices: [String: Int] = [:]

    package init() {}

    fileprivate func contains(_ name: String) -> Bool { indices[name] != nil }

    /// Takes a place, so that a type that holds itself refers to it.
    fileprivate mutating func reserve(_ name: String) {
        indices[name] = components.count
        components.append(JSONValue.Member(name, .object([])))
    }

    fileprivate mutating func fill(_ name: String, _ schema: JSONValue) {
        guard let index = indices[name] else { return }
        components[index] = JSONValue.Member(name, schema)
    }
}

/// Derives JSON Schema 2020-12, as OpenAPI 3.1 has it, from the types that are really coded.
package enum JSONSchema {
    /// The schema of a type: a reference for structures, which are added to the collection.
    package static func record<Value: Decodable>(
        _ type: Value.Type, into collection: inout SchemaCollection
    ) throws -> JSONValue {
        let recorder = SchemaRecorder(collection)
        let schema = try recorder.schema(of: type)
        collection = recorder.collection
        return schema
    }
}

/// Records the fields of one structure after the other.
final class SchemaRecorder {
    fileprivate var collection: SchemaCollection
    var isObject = false
    private var properties: [JSONValue.Member] = []
    private var required: [JSONValue] = []
    private var single: JSONValue?
    private var notes: [String: Note] = [:]

    fileprivate init(_ collection: SchemaCollection) { self.collection = collection }

    func note<Key: CodingKey, Value: Decodable>(_ key: Key, _ type: Value.Type, isRequired: Bool) throws {
        let name = KeySlots.serve(Key.self) ? JSONKeyName.wire(key.stringValue) : key.stringValue
        let isPatch = type is any AnyPatch.Type
        var schema = try nested(type)
        if !isRequired, !isPatch { schema = Self.nullable(schema) }
        if let note = notes[name] { schema = Self.annotated(schema, by: note) }
        properties.append(JSONValue.Member(name, schema))
        if isRequired, !isPatch { required.append(.string(name)) }
    }

    func note<Value: Decodable>(single type: Value.Type) throws { single = try nested(type) }

    /// The schema of another type than the one being recorded.
    private func nested<Value: Decodable>(_ type: Value.Type) throws -> JSONValue {
        let inner = SchemaRecorder(collection)
        let schema = try inner.schema(of: type)
        collection = inner.collection
        return schema
    }

    fileprivate func schema<Value: Decodable>(of type: Value.Type) throws -> JSONValue {
        if let leaf = Self.leaf(type) { return leaf }
        if let array = type as? any ArrayShape.Type {
            return ["type": "array", "items": try nested(array.elementType)]
        }
        if let optional = type as? any OptionalShape.Type { return Self.nullable(try nested(optional.wrappedType)) }
        if let map = type as? any MapShape.Type {
            return ["type": "object", "additionalProperties": try nested(map.valueType)]
        }
        if let patch = type as? any AnyPatch.Type { return Self.nullable(try nested(patch.valueType)) }
        return try structure(type)
    }

    private func structure<Value: Decodable>(_ type: Value.Type) throws -> JSONValue {
        let name = Self.componentName(of: type)
        let reference: JSONValue = ["$ref": .string("#/components/schemas/\(name)")]
        if collection.contains(name) { return reference }
        collection.reserve(name)
        for note in (type as? any Noted.Type)?.notes ?? [] { notes[note.key] = note }
        do {
            _ = try Value(from: RecordingDecoder(recorder: self))
        } catch {
            throw JSONSchemaError(type: name, reason: "cannot be recorded: \(error)")
        }
        guard isObject else {
            guard let single else { throw JSONSchemaError(type: name, reason: "asks for nothing") }
            collection.fill(name, single)
            return reference
        }
        let known = Set(properties.map(\.name))
        for key in notes.keys where !known.contains(key) {
            throw JSONSchemaError(type: name, reason: "has a note on \(key), which it does not decode")
        }
        collection.fill(
            name,
            [
                "type": "object", "properties": .object(properties), "required": .array(required),
                "additionalProperties": false,
            ])
        return reference
    }

    private static func leaf<Value>(_ type: Value.Type) -> JSONValue? {
        switch type {
        case is Bool.Type: return ["type": "boolean"]
        case is String.Type: return ["type": "string"]
        case is Double.Type, is Float.Type: return ["type": "number"]
        case is Int.Type, is Int64.Type: return ["type": "integer", "format": "int64"]
        case is Int32.Type, is Int16.Type, is Int8.Type: return ["type": "integer", "format": "int32"]
        case is UInt.Type, is UInt64.Type, is UInt32.Type, is UInt16.Type, is UInt8.Type:
            return ["type": "integer", "minimum": 0]
        case is UUID.Type: return ["type": "string", "format": "uuid"]
        case is JSONText.Type, is JSONValue.Type: return .object([])
        default: break
        }
        if let scalar = type as? any JSONScalar.Type {
            return [
                "type": "string", "format": .string(scalar.format), "description": .string(scalar.schemaDescription),
            ]
        }
        if let word = type as? any (RawRepresentable<String> & CaseIterable).Type {
            return ["type": "string", "enum": .array(words(word))]
        }
        return nil
    }

    private static func words<Word: RawRepresentable<String> & CaseIterable>(_ word: Word.Type) -> [JSONValue] {
        Word.allCases.map { .string($0.rawValue) }
    }

    private static func nullable(_ schema: JSONValue) -> JSONValue { ["anyOf": [schema, ["type": "null"]]] }

    /// The schema with the note's text and limits, which hold for the value behind a null as well.
    private static func annotated(_ schema: JSONValue, by note: Note) -> JSONValue {
        guard case .object(var members) = schema else { return schema }
        func put(_ name: String, _ value: Int) { members.append(JSONValue.Member(name, .int(Int64(value)))) }
        if let length = note.length {
            put("minLength", length.lowerBound)
            put("maxLength", length.upperBound)
        }
        if let range = note.range {
            put("minimum", range.lowerBound)
            put("maximum", range.upperBound)
        }
        if let count = note.count {
            put("minItems", count.lowerBound)
            put("maxItems", count.upperBound)
        }
        members.removeAll { $0.name == "description" }
        members.append(JSONValue.Member("description", .string(note.text)))
        return .object(members)
    }

    /// The qualified name without its module, in the letters that component names may have.
    private static func componentName<Value>(of type: Value.Type) -> String {
        var name = ""
        for part in String(reflecting: type).split(whereSeparator: { "<>, ".contains($0) }) {
            let unqualified = part.split(separator: ".").dropFirst().filter { !$0.hasPrefix("(") }.joined(
                separator: ".")
            name += name.isEmpty ? unqualified : "_\(unqualified)"
        }
        return name
    }
}

private protocol ArrayShape { static var elementType: any Decodable.Type { get } }

extension Array: ArrayShape where Element: Decodable {
    fileprivate static var elementType: any Decodable.Type { Element.self }
}

private protocol OptionalShape { static var wrappedType: any Decodable.Type { get } }

extension Optional: OptionalShape where Wrapped: Decodable {
    fileprivate static var wrappedType: any Decodable.Type { Wrapped.self }
}

private protocol MapShape { static var valueType: any Decodable.Type { get } }

extension Dictionary: MapShape where Key == String, Value: Decodable {
    fileprivate static var valueType: any Decodable.Type { Value.self }
}
