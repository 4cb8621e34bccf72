/// The members of an object, in the order in which they are written.
struct JSONKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    private let buffer: JSONBuffer
    private let level: Int
    private let serial: UInt32
    private let slots: KeySlots?

    init(buffer: JSONBuffer, level: Int, serial: UInt32) {
        self.buffer = buffer
        self.level = level
        self.serial = serial
        slots = buffer.tables.slots(of: Key.self)
    }

    var codingPath: [any CodingKey] { [] }

    /// Writes the comma, unless the object has just begun, and the name.
    @inline(__always)
    private func begin(_ key: Key) -> Bool {
        guard buffer.resume(level, serial) else { return false }
        guard let slots else { return beginSlowly(key) }
        let slot = slots.slot(of: key)
        guard let name = slot.bytes else { return false }
        buffer.need(slot.count)
        let isFirst = buffer.state.pointee.at[-1] == UInt8(ascii: "{")
        let skipped = isFirst ? 1 : 0
        // Slots are padded, and the buffer has 16 bytes to spare.
        if slot.count <= 16 {
            UnsafeMutableRawPointer(buffer.state.pointee.at).copyMemory(from: name + skipped, byteCount: 16)
        } else {
            UnsafeMutableRawPointer(buffer.state.pointee.at).copyMemory(from: name + skipped, byteCount: slot.count)
        }
        buffer.state.pointee.at += slot.count - skipped
        return true
    }

    private func beginSlowly(_ key: Key) -> Bool {
        if buffer.state.pointee.at[-1] != UInt8(ascii: "{") { buffer.put(UInt8(ascii: ",")) }
        buffer.putString(key.stringValue)
        buffer.put(UInt8(ascii: ":"))
        return true
    }

    mutating func encodeNil(forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.put("null")
    }
    mutating func encode(_ value: Bool, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.put(value ? "true" : "false")
    }
    mutating func encode(_ value: String, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putString(value)
    }
    mutating func encode(_ value: Double, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putDouble(value)
    }
    mutating func encode(_ value: Float, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putDouble(Double(value.description) ?? .nan)
    }
    mutating func encode(_ value: Int, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int8, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int16, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int32, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: Int64, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt8, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt16, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt32, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putInteger(value)
    }
    mutating func encode(_ value: UInt64, forKey key: Key) throws {
        guard begin(key) else { return }
        buffer.putInteger(value)
    }
    mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        guard !buffer.isAbsent(value), begin(key) else { return }
        try buffer.encode(value)
    }

    /// Writes null where there is no value, or nothing at all when the caller asked for that.
    private mutating func encodeNothing(forKey key: Key) throws {
        guard !buffer.state.pointee.omitsNulls else { return }
        try encodeNil(forKey: key)
    }

    mutating func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: Bool?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: String?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: Double?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: Float?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: Int?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: Int8?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: Int16?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: Int32?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: Int64?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: UInt?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }
    mutating func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws {
        guard let value else { return try encodeNothing(forKey: key) }
        try encode(value, forKey: key)
    }

    // A nested container is open until the next write to this one.

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        _ = begin(key)
        buffer.state.pointee.valueDepth = level
        return JSONValueEncoder(buffer: buffer).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        _ = begin(key)
        buffer.state.pointee.valueDepth = level
        return JSONValueEncoder(buffer: buffer).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { refused() }
    mutating func superEncoder(forKey key: Key) -> any Encoder { refused() }

    private func refused() -> JSONValueEncoder {
        buffer.fail("superclasses are not encoded")
        return JSONValueEncoder(buffer: buffer)
    }
}
