/// Base 64 of RFC 4648, read strictly: one text for each bytes, so that no token has a second spelling.
package struct Base64: Sendable {
    /// Section 4: `+` and `/`, with padding.
    package static let standard = Base64(last: ("+", "/"), isPadded: true)
    /// Section 5: `-` and `_`, without padding, as JWT wants it.
    package static let url = Base64(last: ("-", "_"), isPadded: false)

    private static let padding = UInt8(ascii: "=")

    private let digits: [UInt8]
    /// The value of every byte; 255 is no digit.
    private let values: [UInt8]
    private let isPadded: Bool

    private init(last: (Unicode.Scalar, Unicode.Scalar), isPadded: Bool) {
        digits =
            Array(UInt8(ascii: "A")...UInt8(ascii: "Z")) + Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
            + Array(UInt8(ascii: "0")...UInt8(ascii: "9")) + [UInt8(ascii: last.0), UInt8(ascii: last.1)]
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        self.values = values
        self.isPadded = isPadded
    }

    /// The only text for the bytes.
    package func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var group = UInt32(bytes[index]) << 16
            if count > 1 { group |= UInt32(bytes[index + 1]) << 8 }
            if count > 2 { group |= UInt32(bytes[index + 2]) }
            for digit in 0...count { text.append(digits[Int(group >> (18 - 6 * UInt32(digit)) & 63)]) }
            if isPadded { text.append(contentsOf: repeatElement(Self.padding, count: 3 - count)) }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of the text.
    package func decode(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8))
    }

    /// The bytes, or `nil` for what `encode` would not have written: other digits, wrong padding, left-over bits.
    package func decode(_ text: some RandomAccessCollection<UInt8>) -> [UInt8]? {
        var text = Array(text)
        if isPadded {
            guard text.count.isMultiple(of: 4) else { return nil }
            if text.last == Self.padding { text.removeLast() }
            if text.last == Self.padding { text.removeLast() }
        }
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var group: UInt32 = 0
        var bits = 0
        for digit in text {
            let value = values[Int(digit)]
            guard value != 255 else { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
            group &= (1 << UInt32(bits)) - 1
        }
        guard group == 0 else { return nil }
        return bytes
    }
}
