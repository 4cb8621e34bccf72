/// Percent-encoding of RFC 3986: read strictly, and written in the one way that every reader understands.
package enum PercentCode {
    /// The text, or nil for a broken escape or what is not UTF-8.
    package static func decode(_ bytes: Substring.UTF8View.SubSequence, plusIsSpace: Bool = false) -> String? {
        guard bytes.contains(where: { $0 == 0x25 || (plusIsSpace && $0 == 0x2B) }) else {
            return String(Substring(bytes))
        }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case 0x25:
                guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value) else {
                    return nil
                }
                out.append(high << 4 | low)
            case 0x2B where plusIsSpace: out.append(0x20)
            default: out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }

    /// Escapes all but letters, digits, `-._~` (what RFC 3986 reserves to nobody) and what else is to stay as it is.
    package static func encode(_ text: String, keeping kept: StaticString = "") -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let kept = kept.description.utf8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            case _ where kept.contains(byte): bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Names and values as forms and queries write them (application/x-www-form-urlencoded); lists are repeated names.
    package static func form(_ fields: [(String, String)]) -> String {
        fields.map { name, value in "\(encode(name))=\(encode(value))" }.joined(separator: "&")
    }
}
