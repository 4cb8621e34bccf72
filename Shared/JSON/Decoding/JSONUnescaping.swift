/// Turns a string with escapes, which the scanner has found well-formed, into text.
enum JSONUnescaping {
    static func text(_ raw: UnsafeBufferPointer<UInt8>) -> String {
        guard let start = raw.baseAddress else { return "" }
        let end = start + raw.count
        var at = start
        // No escape is shorter than what it stands for.
        return String(unsafeUninitializedCapacity: raw.count) { buffer in
            var count = 0
            func put(_ byte: UInt8) {
                buffer[count] = byte
                count += 1
            }
            while at < end {
                guard at.pointee == UInt8(ascii: "\\") else {
                    put(at.pointee)
                    at += 1
                    continue
                }
                let kind = at[1]
                at += 2
                switch kind {
                case UInt8(ascii: "b"): put(0x08)
                case UInt8(ascii: "f"): put(0x0c)
                case UInt8(ascii: "n"): put(0x0a)
                case UInt8(ascii: "r"): put(0x0d)
                case UInt8(ascii: "t"): put(0x09)
                case UInt8(ascii: "u"):
                    var scalar = JSONScanner.codeUnit(at, end) ?? 0xfffd
                    at += 4
                    if scalar & 0xfc00 == 0xd800, let low = JSONScanner.codeUnit(at + 2, end) {
                        scalar = 0x10000 + (scalar & 0x3ff) << 10 + (low & 0x3ff)
                        at += 6
                    }
                    for byte in UTF8.encode(Unicode.Scalar(scalar) ?? "\u{fffd}") ?? UTF8.encodedReplacementCharacter {
                        put(byte)
                    }
                default: put(kind)
                }
            }
            return count
        }
    }
}
