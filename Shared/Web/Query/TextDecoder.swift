import JSON
import Models

/// Decodes a flat structure out of texts, such as query parameters or the values of a path.
///
/// Optional properties are all looked at even when some are wrong, so that every fault is named at once.
struct TextDecoder: Decoder {
    /// Where the texts come from and what was wrong with them; one decoding's own.
    final class Source {
        let values: (String) -> [String]
        var asked: [String] = []
        var faults: [FieldError] = []
        let pointer: (String) -> String

        init(values: @escaping (String) -> [String], pointer: @escaping (String) -> String) {
            self.values = values
            self.pointer = pointer
        }

        func note(_ error: any Error, at name: String) {
            faults.append(TextFault(error).fieldError(pointer(name)))
        }
    }

    let source: Source
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// A value of a type, or every fault.
    static func decode<Value: Decodable>(_ type: Value.Type, from source: Source) -> Result<Value, TextFaults> {
        do {
            let value = try Value(from: TextDecoder(source: source))
            return source.faults.isEmpty ? .success(value) : .failure(TextFaults(errors: source.faults))
        } catch let fault as MissingText {
            let error = FieldError(pointer: source.pointer(fault.name), code: "required", detail: "It must be given.")
            return .failure(TextFaults(errors: source.faults + [error]))
        } catch {
            return .failure(
                TextFaults(errors: source.faults.isEmpty ? [TextFault(error).fieldError("query")] : source.faults))
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(TextFields(source: source))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw TextFault.notFlat }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw TextFault.notFlat }
}

/// All faults of one decoding.
struct TextFaults: FailureConvertible {
    let errors: [FieldError]

    var failure: Failure { Failure(.invalidQuery, errors: errors) }
}

/// A text that had to be there.
struct MissingText: Error {
    let name: String
}

/// Why one text is no value of its type.
struct TextFault: Error {
    let code: String
    let detail: String

    static let notFlat = TextFault(code: "wrong_type", detail: "It cannot be given as text.")

    init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }

    init(_ error: any Error) {
        switch error {
        case let fault as TextFault: self = fault
        case let fault as JSONScalarError: self.init(code: fault.code, detail: fault.detail)
        default: self.init(code: "invalid", detail: "It is not valid.")
        }
    }

    func fieldError(_ pointer: String) -> FieldError { FieldError(pointer: pointer, code: code, detail: detail) }
}

private struct TextFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let source: TextDecoder.Source
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    private func texts(_ key: Key) -> (name: String, texts: [String]) {
        let name = JSONKeyName.wire(key.stringValue)
        source.asked.append(name)
        return (name, source.values(name))
    }

    func contains(_ key: Key) -> Bool { !texts(key).texts.isEmpty }

    func decodeNil(forKey key: Key) -> Bool { texts(key).texts.isEmpty }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let (name, texts) = texts(key)
        guard !texts.isEmpty else { throw MissingText(name: name) }
        do { return try TextValue.read(type, from: texts) } catch {
            source.note(error, at: name)
            throw error
        }
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        let (name, texts) = texts(key)
        guard !texts.isEmpty else { return nil }
        do { return try TextValue.read(type, from: texts) } catch {
            source.note(error, at: name)
            return nil
        }
    }

    // The standard library's defaults for these types call `decode(_:forKey:)` of the same type, which would throw at
    // the first fault.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(type, key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try optional(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optional(type, key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try optional(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try optional(type, key) }

    private func optional<Value: Decodable>(_ type: Value.Type, _ key: Key) throws -> Value? {
        let (name, texts) = texts(key)
        guard !texts.isEmpty else { return nil }
        do { return try TextValue.read(type, from: texts) } catch {
            source.note(error, at: name)
            return nil
        }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw TextFault.notFlat }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw TextFault.notFlat }
    func superDecoder() throws -> any Decoder { throw TextFault.notFlat }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw TextFault.notFlat }
}
