/// A request's path, decoded for matching; the raw target is what is forwarded.
///
/// A path that could mean one thing here and another behind is refused: encoded slashes and backslashes, NUL and other
/// controls, dot segments in any spelling, and percent signs that begin no escape.
struct NormalisedPath: Equatable {
    let segments: [Substring]

    /// Nil when the path is refused.
    init?(_ raw: String) {
        guard var decoded = Self.decode(raw), let ranges = decoded.withUTF8(Self.split) else { return nil }
        let utf8 = decoded.utf8
        segments = ranges.map { range in
            decoded[
                utf8.index(
                    utf8.startIndex, offsetBy: range.lowerBound)..<utf8.index(
                        utf8.startIndex, offsetBy: range.upperBound)]
        }
    }

    /// Where the segments lie; nil when one of them is not allowed.
    private static func split(_ path: UnsafeBufferPointer<UInt8>) -> [Range<Int>]? {
        guard path.first == UInt8(ascii: "/") else { return nil }
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(6)
        var start = 1
        while start < path.count {
            let end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.count
            // `//` names another thing behind some servers; one trailing slash is let through, as no segment.
            guard end > start, !isDots(path[start..<end]) else { return nil }
            ranges.append(start..<end)
            start = end + 1
        }
        return ranges
    }

    private static func isDots(_ segment: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        segment.count <= 2 && segment.allSatisfy { $0 == UInt8(ascii: ".") }
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
