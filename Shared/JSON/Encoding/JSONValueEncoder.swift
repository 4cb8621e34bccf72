/// Gives the containers of one value, and is the container of a single value itself; one word.
struct JSONValueEncoder: Encoder, SingleValueEncodingContainer {
    let buffer: JSONBuffer

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let (level, serial) = buffer.open(isObject: true)
        return KeyedEncodingContainer(JSONKeyedEncoding<Key>(buffer: buffer, level: level, serial: serial))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        let (level, serial) = buffer.open(isObject: false)
        return JSONUnkeyedEncoding(buffer: buffer, level: level, serial: serial)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    mutating func encodeNil() throws { buffer.put("null") }
    mutating func encode(_ value: Bool) throws {
        buffer.put(value ? "true" : "false")
    }
    mutating func encode(_ value: String) throws {
        buffer.putString(value)
    }
    mutating func encode(_ value: Double) throws {
        buffer.putDouble(value)
    }
    mutating func encode(_ value: Float) throws {
        buffer.putDouble(Double(value.description) ?? .nan)
    }
    mutating func encode(_ value: Int) throws {
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int8) throws {
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int16) throws {
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int32) throws {
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int64) throws {
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt) throws {
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt8) throws {
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt16) throws {
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt32) throws {
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt64) throws {
        buffer.putInteger(value)
    }
    mutating func encode<Value: Encodable>(_ value: Value) throws { try buffer.encode(value) }
}
