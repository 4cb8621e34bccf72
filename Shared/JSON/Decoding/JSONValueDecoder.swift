/// Gives the containers of one value; two words, so that it travels without an allocation.
struct JSONValueDecoder: Decoder {
    let handle: DecodingHandle
    let index: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard handle.kind(index) == .object else { throw handle.wrongType(index, "object") }
        return KeyedDecodingContainer(JSONKeyedDecoding<Key>(handle: handle, object: index))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard handle.kind(index) == .array else { throw handle.wrongType(index, "array") }
        return JSONUnkeyedDecoding(handle: handle, array: index)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        JSONSingleDecoding(handle: handle, index: index)
    }
}

/// One value that is no container.
struct JSONSingleDecoding: SingleValueDecodingContainer {
    let handle: DecodingHandle
    let index: Int

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { handle.kind(index) == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try handle.bool(index) }
    func decode(_ type: String.Type) throws -> String { try handle.string(index) }
    func decode(_ type: Double.Type) throws -> Double { try handle.floating(type, index) }
    func decode(_ type: Float.Type) throws -> Float { try handle.floating(type, index) }
    func decode(_ type: Int.Type) throws -> Int { try handle.integer(type, index) }
    func decode(_ type: Int8.Type) throws -> Int8 { try handle.integer(type, index) }
    func decode(_ type: Int16.Type) throws -> Int16 { try handle.integer(type, index) }
    func decode(_ type: Int32.Type) throws -> Int32 { try handle.integer(type, index) }
    func decode(_ type: Int64.Type) throws -> Int64 { try handle.integer(type, index) }
    func decode(_ type: UInt.Type) throws -> UInt { try handle.integer(type, index) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try handle.integer(type, index) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try handle.integer(type, index) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try handle.integer(type, index) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try handle.integer(type, index) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try handle.value(type, at: index) }
}
