import FoundationEssentials

/// UUIDs straight from the document's bytes: Foundation's reading goes through `sscanf`, a third of all decoding.
extension DecodingHandle {
    /// The 36 characters of RFC 9562, 4, in either case.
    func uuid(_ index: Int) throws -> UUID {
        let entry = entry(index)
        guard entry.kind == .string else { throw wrongType(index, "string") }
        let raw = UnsafeBufferPointer(start: state.pointee.bytes + Int(entry.offset), count: Int(entry.count))
        if entry.flags & JSONTape.escaped == 0 {
            guard let uuid = Self.uuid(raw) else { throw fault(index, "invalid_format", "UUID expected") }
            return uuid
        }
        var text = text(index)
        guard let uuid = text.withUTF8({ Self.uuid($0) }) else {
            throw fault(index, "invalid_format", "UUID expected")
        }
        return uuid
    }

    private static func uuid(_ text: UnsafeBufferPointer<UInt8>) -> UUID? {
        guard text.count == 36 else { return nil }
        var bytes: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isGood = withUnsafeMutableBytes(of: &bytes) { bytes in
            var at = 0
            // What is no digit sets bits that no digit has.
            var faults: UInt8 = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    guard text[at] == UInt8(ascii: "-") else { return false }
                    at += 1
                }
                let (high, low) = (digit(text[at]), digit(text[at + 1]))
                faults |= high | low
                bytes[index] = high << 4 | low & 15
                at += 2
            }
            return faults < 16
        }
        return isGood ? UUID(uuid: bytes) : nil
    }

    /// The value of a hexadecimal digit, or 16 and more.
    @inline(__always)
    private static func digit(_ byte: UInt8) -> UInt8 {
        let decimal = byte &- 48
        if decimal < 10 { return decimal }
        let letter = (byte | 0x20) &- 97
        return letter < 6 ? letter + 10 : 0x80
    }
}
