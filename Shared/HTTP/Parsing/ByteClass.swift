/// Which bytes may stand where in a message: bit maps of the ASCII range, so that a look-up touches no memory.
enum ByteClass {
    /// `tchar` of RFC 9110, 5.6.2: what names, methods and codings are made of.
    static func isToken(_ byte: UInt8) -> Bool { isIn(byte, 0x03ff_6cfa_0000_0000, 0x57ff_ffff_c7ff_fffe) }

    /// What a request target may hold: visible ASCII without `"<>\^{}`, the back quote and `#`.
    ///
    /// `|` is not in RFC 3986 either, but browsers send it as it is.
    static func isTarget(_ byte: UInt8) -> Bool { isIn(byte, 0xafff_fff2_0000_0000, 0x57ff_fffe_afff_ffff) }

    /// What a host name or an IPv4 address is made of: letters, digits and `-._~`.
    static func isHost(_ byte: UInt8) -> Bool { isIn(byte, 0x03ff_6000_0000_0000, 0x47ff_fffe_87ff_fffe) }

    /// Visible characters, bytes above ASCII, space and tab: no other control character, hence no line break.
    static func isFieldValue(_ byte: UInt8) -> Bool { (byte >= 0x20 && byte != 0x7f) || byte == 0x09 }

    /// The same of a whole value, eight bytes at a time: values are most of a head.
    static func areFieldValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let ones: UInt64 = 0x0101_0101_0101_0101
        guard bytes.count >= 8 else {
            for byte in bytes where !isFieldValue(byte) { return false }
            return true
        }
        // The high bit of each byte that is below 0x20, or is DEL.
        func oddities(at place: Int) -> UInt64 {
            let word = base.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let delete = word ^ ones &* 0x7f
            return ((word &- ones &* 0x20) & ~word) | ((delete &- ones) & ~delete)
        }
        let last = bytes.count - 8
        // The last word overlaps the one before it, so that no byte is left over.
        var odd = oddities(at: last)
        // Without an early end, so that the compiler takes several words at once.
        for at in stride(from: 0, to: last, by: 8) { odd |= oddities(at: at) }
        guard odd & (ones &* 0x80) != 0 else { return true }
        // A tab is allowed, and rare enough for a second look.
        for byte in bytes where !isFieldValue(byte) { return false }
        return true
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// ASCII only: header names and codings.
    static func lowercase(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// The value of a hexadecimal digit.
    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private static func isIn(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
        guard byte < 128 else { return false }
        return ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
    }
}
