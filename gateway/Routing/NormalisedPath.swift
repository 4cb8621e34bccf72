/// A request's path, decoded for matching; the raw target is what is forwarded.
///
/// A path that could mean one thing here and another behind is refused: encoded slashes and backslashes, NUL and other
/// controls, dot segments in any spelling, and percent signs that begin no escape.
struct NormalisedPath: Equatable {
    let segments: [Substring]

    /// Nil when the path is refused.
    init?(_ raw: String) {
        guard let decoded = Self.decode(raw), decoded.utf8.first == UInt8(ascii: "/") else { return nil }
        let parts = decoded.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { Substring($0) }
        guard !parts.contains(where: { $0 == "." || $0 == ".." }) else { return nil }
        // `//` names another thing behind some servers; only one trailing slash is let through, as no segment.
        let trimmed = parts.last == "" ? parts.dropLast() : parts[...]
        guard !trimmed.contains("") else { return nil }
        segments = Array(trimmed)
    }

    private static func decode(_ raw: String) -> String? {
        guard raw.utf8.contains(UInt8(ascii: "%")) else {
            return raw.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != 0x5c } ? raw : nil
        }
        var bytes: [UInt8] = []
        var iterator = raw.utf8.makeIterator()
        while let byte = iterator.next() {
            var value = byte
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
                    return nil
                }
                value = high << 4 | low
                guard value != UInt8(ascii: "/"), value != 0x5c else { return nil }
            }
            guard value >= 0x20, value != 0x7f, byte != 0x5c else { return nil }
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
