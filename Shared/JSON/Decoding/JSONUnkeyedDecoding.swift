/// The elements of an array, in order.
struct JSONUnkeyedDecoding: UnkeyedDecodingContainer {
    let handle: DecodingHandle
    let array: Int
    private(set) var currentIndex = 0
    private var element: Int

    init(handle: DecodingHandle, array: Int) {
        self.handle = handle
        self.array = array
        element = array + 1
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { Int(handle.entry(array).count) }
    var isAtEnd: Bool { currentIndex == Int(handle.entry(array).count) }

    /// Reads the next element; a faulty one is noted and stood in for in the collecting pass.
    private mutating func next<Value>(
        _ standIn: () throws -> Value, _ read: (DecodingHandle, Int) throws -> Value
    ) throws -> Value {
        guard !isAtEnd else { throw handle.fault(array, "too_short", "an element is missing") }
        let index = element
        element = Int(handle.entry(index).next)
        currentIndex += 1
        do {
            return try read(handle, index)
        } catch {
            guard handle.state.pointee.isCollecting else { throw error }
            handle.note(error, at: index)
            return try standIn()
        }
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd else { throw handle.fault(array, "too_short", "an element is missing") }
        guard handle.kind(element) == .null else { return false }
        element = Int(handle.entry(element).next)
        currentIndex += 1
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try next({ false }) { try $0.bool($1) } }
    mutating func decode(_ type: String.Type) throws -> String { try next({ "" }) { try $0.string($1) } }
    mutating func decode(_ type: Double.Type) throws -> Double { try next({ 0 }) { try $0.floating(type, $1) } }
    mutating func decode(_ type: Float.Type) throws -> Float { try next({ 0 }) { try $0.floating(type, $1) } }
    mutating func decode(_ type: Int.Type) throws -> Int { try next({ 0 }) { try $0.integer(type, $1) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try next({ 0 }) { try $0.integer(type, $1) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try next({ 0 }) { try $0.integer(type, $1) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try next({ 0 }) { try $0.integer(type, $1) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try next({ 0 }) { try $0.integer(type, $1) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try next({ 0 }) { try $0.integer(type, $1) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next({ 0 }) { try $0.integer(type, $1) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next({ 0 }) { try $0.integer(type, $1) } }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next({ 0 }) { try $0.integer(type, $1) } }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next({ 0 }) { try $0.integer(type, $1) } }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next({ try StandIn.value(of: type) }) { try $0.value(type, at: $1) }
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try decoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try decoder().unkeyedContainer() }

    mutating func superDecoder() throws -> any Decoder { try decoder() }

    private mutating func decoder() throws -> JSONValueDecoder {
        guard !isAtEnd else { throw handle.fault(array, "too_short", "an element is missing") }
        let index = element
        element = Int(handle.entry(index).next)
        currentIndex += 1
        return JSONValueDecoder(handle: handle, index: index)
    }
}
