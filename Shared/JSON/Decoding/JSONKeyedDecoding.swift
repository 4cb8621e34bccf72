/// The members of an object by their keys.
struct JSONKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let handle: DecodingHandle
    let object: Int
    private let slots: KeySlots?

    init(handle: DecodingHandle, object: Int) {
        self.handle = handle
        self.object = object
        slots = handle.tables.slots(of: Key.self)
    }

    var codingPath: [any CodingKey] { [] }

    /// All names; whoever lists them means to take them all.
    var allKeys: [Key] {
        handle.state.pointee.entries[object].flags |= JSONTape.used
        return handle.names(of: object).compactMap { name in
            handle.state.pointee.entries[name].flags |= JSONTape.used
            return Key(stringValue: handle.text(name))
        }
    }

    func contains(_ key: Key) -> Bool { index(of: key) != nil }

    @inline(__always)
    private func index(of key: Key) -> Int? {
        if let slots { return handle.find(slots.slot(of: key).name, in: object) }
        return Array(key.stringValue.utf8).withUnsafeBufferPointer { handle.find($0, in: object) }
    }

    private func missing(_ key: Key) -> DecodingHandle.Fault {
        let name = slots == nil ? key.stringValue : JSONKeyName.wire(key.stringValue)
        return DecodingHandle.Fault(
            index: object, code: "required", detail: "the field is required", member: JSONPlace.escape(name))
    }

    /// Reads a member; a faulty or missing one is noted and stood in for in the collecting pass.
    @inline(__always)
    private func required<Value>(_ key: Key, _ standIn: () throws -> Value, _ read: (Int) throws -> Value) throws
        -> Value
    {
        guard let index = index(of: key) else {
            guard handle.state.pointee.isCollecting else { throw missing(key) }
            handle.note(missing(key))
            return try standIn()
        }
        do {
            return try read(index)
        } catch {
            guard handle.state.pointee.isCollecting else { throw error }
            handle.note(error, at: index)
            return try standIn()
        }
    }

    @inline(__always)
    private func optional<Value>(_ key: Key, _ read: (Int) throws -> Value) throws -> Value? {
        guard let index = index(of: key), handle.kind(index) != .null else { return nil }
        do {
            return try read(index)
        } catch {
            guard handle.state.pointee.isCollecting else { throw error }
            handle.note(error, at: index)
            return nil
        }
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        guard let index = index(of: key) else { throw missing(key) }
        return handle.kind(index) == .null
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try required(key, { false }, handle.bool) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try required(key, { "" }, handle.string) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try required(key, { 0 }) { try handle.floating(type, $0) }
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try required(key, { 0 }) { try handle.floating(type, $0) }
    }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(type, key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try integer(type, key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try integer(type, key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try integer(type, key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try integer(type, key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try integer(type, key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(type, key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(type, key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(type, key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(type, key) }

    @inline(__always)
    private func integer<Number: FixedWidthInteger>(_ type: Number.Type, _ key: Key) throws -> Number {
        try required(key, { 0 }) { try handle.integer(type, $0) }
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        // A patch may be absent: that is one of its three things.
        if case .patch(let patch) = handle.tables.traits(of: type).kind, index(of: key) == nil { return absent(patch) }
        return try required(key, { try StandIn.value(of: type) }) { try handle.value(type, at: $0) }
    }

    private func absent<Absent: AnyPatch, Value>(_ type: Absent.Type) -> Value {
        // The traits say that the two types are one.
        unsafeBitCast(type.absentPatch, to: Value.self)
    }

    // The defaults of these look each key up three times.

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(key, handle.bool) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try optional(key, handle.string) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try optional(key) { try handle.floating(type, $0) }
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        try optional(key) { try handle.floating(type, $0) }
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try optional(key) { try handle.integer(type, $0) }
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        try optional(key) { try handle.integer(type, $0) }
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        try optional(key) { try handle.integer(type, $0) }
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        try optional(key) { try handle.integer(type, $0) }
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try optional(key) { try handle.integer(type, $0) }
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        try optional(key) { try handle.integer(type, $0) }
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        try optional(key) { try handle.integer(type, $0) }
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try optional(key) { try handle.integer(type, $0) }
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        try optional(key) { try handle.integer(type, $0) }
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try optional(key) { try handle.integer(type, $0) }
    }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try optional(key) { try handle.value(type, at: $0) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { JSONValueDecoder(handle: handle, index: object) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    private func decoder(_ key: Key) throws -> JSONValueDecoder {
        guard let index = index(of: key) else { throw missing(key) }
        return JSONValueDecoder(handle: handle, index: index)
    }
}
