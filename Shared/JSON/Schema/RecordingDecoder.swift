/// A decoder without a document: gives stand-ins for everything it is asked for, and notes what was asked.
///
/// So the schema of a type follows from the same `init(from:)` that reads it, and a faulty field can be stood in for.
struct RecordingDecoder: Decoder {
    let recorder: SchemaRecorder?

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        recorder?.isObject = true
        return KeyedDecodingContainer(RecordingKeyed<Key>(recorder: recorder))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { RecordingUnkeyed() }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { RecordingSingle(recorder: recorder) }
}

private struct RecordingKeyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recorder: SchemaRecorder?

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool { false }
    func decodeNil(forKey key: Key) throws -> Bool { true }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try recorder?.note(key, type, isRequired: true)
        return try StandIn.value(of: type)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try recorder?.note(key, type, isRequired: true)
        return false
    }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try recorder?.note(key, type, isRequired: true)
        return ""
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try recorder?.note(key, type, isRequired: true)
        return 0
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try recorder?.note(key, type, isRequired: false)
        return nil
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(RecordingKeyed<Nested>(recorder: nil))
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { RecordingUnkeyed() }
    func superDecoder() throws -> any Decoder { RecordingDecoder(recorder: nil) }
    func superDecoder(forKey key: Key) throws -> any Decoder { RecordingDecoder(recorder: nil) }
}

/// An array that is empty: what its elements are follows from the array's own type.
private struct RecordingUnkeyed: UnkeyedDecodingContainer {
    var codingPath: [any CodingKey] { [] }
    var count: Int? { 0 }
    var isAtEnd: Bool { true }
    var currentIndex: Int { 0 }

    mutating func decodeNil() throws -> Bool { true }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try StandIn.value(of: type) }
    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RecordingKeyed<Key>(recorder: nil))
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { RecordingUnkeyed() }
    mutating func superDecoder() throws -> any Decoder { RecordingDecoder(recorder: nil) }
}

private struct RecordingSingle: SingleValueDecodingContainer {
    let recorder: SchemaRecorder?

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { true }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try recorder?.note(single: type)
        return try StandIn.value(of: type)
    }
    func decode(_ type: Bool.Type) throws -> Bool {
        try recorder?.note(single: type)
        return false
    }
    func decode(_ type: String.Type) throws -> String {
        try recorder?.note(single: type)
        return ""
    }
    func decode(_ type: Double.Type) throws -> Double {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: Float.Type) throws -> Float {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: Int.Type) throws -> Int {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: Int8.Type) throws -> Int8 {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: Int16.Type) throws -> Int16 {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: Int32.Type) throws -> Int32 {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: Int64.Type) throws -> Int64 {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: UInt.Type) throws -> UInt {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: UInt8.Type) throws -> UInt8 {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: UInt16.Type) throws -> UInt16 {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: UInt32.Type) throws -> UInt32 {
        try recorder?.note(single: type)
        return 0
    }
    func decode(_ type: UInt64.Type) throws -> UInt64 {
        try recorder?.note(single: type)
        return 0
    }
}
