/// The elements of an array.
struct JSONUnkeyedEncoding: UnkeyedEncodingContainer {
    let buffer: JSONBuffer
    let level: Int
    let serial: UInt32
    private(set) var count = 0

    init(buffer: JSONBuffer, level: Int, serial: UInt32) {
        self.buffer = buffer
        self.level = level
        self.serial = serial
    }

    var codingPath: [any CodingKey] { [] }

    /// Writes the comma, unless the array has just begun.
    @inline(__always)
    private mutating func begin() -> Bool {
        guard buffer.resume(level, serial) else { return false }
        if buffer.state.pointee.at[-1] != UInt8(ascii: "[") || count > 0 { buffer.put(UInt8(ascii: ",")) }
        count += 1
        return true
    }

    mutating func encodeNil() throws {
        guard begin() else { return }
        buffer.put("null")
    }
    mutating func encode(_ value: Bool) throws {
        guard begin() else { return }
        buffer.put(value ? "true" : "false")
    }
    mutating func encode(_ value: String) throws {
        guard begin() else { return }
        buffer.putString(value)
    }
    mutating func encode(_ value: Double) throws {
        guard begin() else { return }
        buffer.putDouble(value)
    }
    mutating func encode(_ value: Float) throws {
        guard begin() else { return }
        buffer.putDouble(Double(value.description) ?? .nan)
    }
    mutating func encode(_ value: Int) throws {
        guard begin() else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int8) throws {
        guard begin() else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int16) throws {
        guard begin() else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int32) throws {
        guard begin() else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int64) throws {
        guard begin() else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt) throws {
        guard begin() else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt8) throws {
        guard begin() else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt16) throws {
        guard begin() else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt32) throws {
        guard begin() else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt64) throws {
        guard begin() else { return }
        buffer.putInteger(value)
    }
    mutating func encode<Value: Encodable>(_ value: Value) throws {
        guard begin() else { return }
        try buffer.encode(value)
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        _ = begin()
        buffer.state.pointee.valueDepth = level
        return JSONValueEncoder(buffer: buffer).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        _ = begin()
        buffer.state.pointee.valueDepth = level
        return JSONValueEncoder(buffer: buffer).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        buffer.fail("superclasses are not encoded")
        return JSONValueEncoder(buffer: buffer)
    }
}
