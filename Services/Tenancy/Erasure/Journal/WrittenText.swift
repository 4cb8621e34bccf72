/// Text as programs pack it into one another: escaped in JSON, as fields of a form, as bytes in hexadecimal.
enum WrittenText {
    /// A text in a body in a row; what is packed more often is not looked into.
    private static let deepest = 4

    /// The other ways in which a line can be read.
    static func readings(of line: ArraySlice<UInt8>, depth: Int = 0) -> [[UInt8]] {
        guard depth < deepest else { return [] }
        let bytes = Array(line)
        var found: [[UInt8]] = []
        if bytes.contains(UInt8(ascii: "\\")), case let plain = unescaped(bytes), plain != bytes {
            for packed in hexadecimal(in: plain) { found += [packed] + readings(of: packed[...], depth: depth + 1) }
            return found + [plain] + readings(of: plain[...], depth: depth + 1)
        }
        if case let plain = formDecoded(bytes), plain != bytes {
            found += [plain] + readings(of: plain[...], depth: depth + 1)
        }
        return found
    }

    /// Without the escapes of a JSON string; what breaks a line becomes a blank, as between the digits of a number.
    private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
                plain.append(bytes[at])
                at += 1
                continue
            }
            switch bytes[at + 1] {
            case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"):
                plain.append(0x20)
            case UInt8(ascii: "u"):
                if let value = number(bytes[(at + 2)...].prefix(4), digits: 4), let scalar = Unicode.Scalar(value) {
                    plain += Array(String(Character(scalar)).utf8)
                    at += 4
                }
            // Of bytes in hexadecimal, which are read before this sign goes.
            case UInt8(ascii: "x"): plain.append(0x20)
            case let other: plain.append(other)
            }
            at += 2
        }
        return plain
    }

    /// What stands behind each `\x`.
    private static func hexadecimal(in bytes: [UInt8]) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var at = 0
        while at + 3 < bytes.count {
            guard bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "x") else {
                at += 1
                continue
            }
            at += 2
            var packed: [UInt8] = []
            while at + 1 < bytes.count, let value = number(bytes[at...].prefix(2), digits: 2) {
                packed.append(UInt8(value))
                at += 2
            }
            if !packed.isEmpty { found.append(packed) }
        }
        return found
    }

    /// As the fields of a form, or a URL, are read.
    private static func formDecoded(_ bytes: [UInt8]) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "+"): plain.append(0x20)
            case UInt8(ascii: "%"):
                if let value = number(bytes[(at + 1)...].prefix(2), digits: 2) {
                    plain.append(UInt8(value))
                    at += 2
                } else {
                    plain.append(bytes[at])
                }
            case let other: plain.append(other)
            }
            at += 1
        }
        return plain
    }

    /// So many hexadecimal digits; nil when one of them is none, or is not there.
    private static func number(_ bytes: ArraySlice<UInt8>, digits: Int) -> UInt32? {
        guard bytes.count == digits else { return nil }
        var value: UInt32 = 0
        for byte in bytes {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
            default: return nil
            }
        }
        return value
    }
}
