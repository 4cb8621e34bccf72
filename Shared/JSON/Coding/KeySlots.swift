/// The wire names of one key type's keys, ready to be written and compared, by the key's one byte.
///
/// A synthesised `CodingKeys` enum is trivial and at most one byte, so its `stringValue` runs once per key and thread.
struct KeySlots {
    /// A name with its quotes and colon, padded so that 16 bytes can always be read.
    struct Slot {
        /// `,"name":` and its padding; nil until the key is first met.
        var bytes: UnsafeMutablePointer<UInt8>?
        var count: Int
    }

    let slots: UnsafeMutablePointer<Slot>

    init() {
        slots = .allocate(capacity: 256)
        slots.initialize(repeating: Slot(bytes: nil, count: 0), count: 256)
    }

    /// Whether the keys of a type can be told apart by one byte.
    static func serve<Key>(_ type: Key.Type) -> Bool { _isPOD(Key.self) && MemoryLayout<Key>.size <= 1 }

    @inline(__always)
    func slot<Key: CodingKey>(of key: Key) -> Slot {
        let index = MemoryLayout<Key>.size == 0 ? 0 : Int(withUnsafeBytes(of: key) { $0[0] })
        if slots[index].bytes == nil { fill(index, key.stringValue) }
        return slots[index]
    }

    private func fill(_ index: Int, _ name: String) {
        let text = Array(",\"\(JSONKeyName.wire(name))\":".utf8)
        // Never freed: there are as many as the program has coding keys.
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: text.count + 16)
        bytes.initialize(repeating: 0, count: text.count + 16)
        bytes.update(from: text, count: text.count)
        slots[index] = Slot(bytes: bytes, count: text.count)
    }
}

extension KeySlots.Slot {
    /// The name alone, without comma, quotes and colon.
    var name: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: bytes.map { UnsafePointer($0 + 2) }, count: count - 4)
    }
}
