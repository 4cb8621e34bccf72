/// A request's path, decoded for matching; the raw target is what is forwarded.
///
/// A path that could mean one thing here and another behind is refused: encoded slashes and backslashes, NUL and other
/// controls, dot segments in any spelling, and percent signs that begin no escape.
struct NormalisedPath: Equatable {
    /// The decoded path; every slash of it is one that was written.
    private let text: String
    /// How many segments it has.
    let count: Int

    /// Nil when the path is refused.
    init?(_ raw: String) {
        guard var decoded = Self.decode(raw), let count = decoded.withUTF8(Self.countSegments) else { return nil }
        text = decoded
        self.count = count
    }

    /// Each segment on its own; for what is not asked of every request.
    var segments: [Substring] { text.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) } }

    /// Calls `body` with the path's bytes, which begin with a slash.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        var text = text
        return text.withUTF8(body)
    }

    /// Nil when one of the segments is not allowed.
    private static func countSegments(_ path: UnsafeBufferPointer<UInt8>) -> Int? {
        guard path.first == UInt8(ascii: "/") else { return nil }
        var count = 0
        var start = 1
        while start < path.count {
            let segment = path.segment(from: start)
            // `//` names another thing behind some servers; one trailing slash is let through, as no segment.
            guard !segment.isEmpty, !isDots(segment) else { return nil }
            count += 1
            start += segment.count + 1
        }
        return count
    }

    private static func isDots(_ segment: UnsafeBufferPointer<UInt8>) -> Bool {
        segment.count <= 2 && segment.allSatisfy { $0 == UInt8(ascii: ".") }
    }

    private static func decode(_ raw: String) -> String? {
        var raw = raw
        switch raw.withUTF8(look) {
        case .plain: return raw
        case .refused: return nil
        case .encoded: break
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

    private enum Look {
        case plain
        case encoded
        case refused
    }

    private static func look(_ raw: UnsafeBufferPointer<UInt8>) -> Look {
        var look = Look.plain
        for byte in raw {
            guard byte > 0x20, byte != 0x7f, byte != 0x5c else { return .refused }
            if byte == UInt8(ascii: "%") { look = .encoded }
        }
        return look
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

extension UnsafeBufferPointer<UInt8> {
    /// The bytes from a place up to the next slash or the end.
    func segment(from start: Int) -> UnsafeBufferPointer<UInt8> {
        var end = start
        while end < count, self[end] != UInt8(ascii: "/") { end += 1 }
        return UnsafeBufferPointer(rebasing: self[Swift.min(start, count)..<Swift.min(end, count)])
    }

    /// Whether the bytes are the same.
    func equals(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for offset in 0..<count where self[offset] != other[offset] { return false }
        return true
    }
}
