/// Checks UTF-8 that comes in pieces, and finds the first wrong byte in the piece that has it (RFC 3629).
struct UTF8Check {
    /// How many bytes of the character are missing.
    private var missing = 0
    /// What the next of them may be: the first continuation tells overlong forms, surrogates and what lies too high.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xbf

    /// Whether no character is cut off.
    var isComplete: Bool { missing == 0 }

    /// Goes on with more bytes; false when they cannot be UTF-8, and then it is of no further use.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var at = 0
        while at < bytes.count {
            if missing == 0 {
                at = Self.skipASCII(bytes, from: at)
                guard at < bytes.count else { return true }
                guard begin(bytes[at]) else { return false }
            } else {
                guard bytes[at] >= lowest, bytes[at] <= highest else { return false }
                missing -= 1
                (lowest, highest) = (0x80, 0xbf)
            }
            at += 1
        }
        return true
    }

    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start
        while at + 8 <= bytes.count,
            bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        { at += 8 }
        while at < bytes.count, bytes[at] < 0x80 { at += 1 }
        return at
    }

    /// The first byte of a character of more than one.
    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xc2...0xdf: missing = 1
        case 0xe0...0xef:
            missing = 2
            if byte == 0xe0 { lowest = 0xa0 }
            if byte == 0xed { highest = 0x9f }
        case 0xf0...0xf4:
            missing = 3
            if byte == 0xf0 { lowest = 0x90 }
            if byte == 0xf4 { highest = 0x8f }
        default: return false
        }
        return true
    }
}
