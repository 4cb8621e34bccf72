/// A request's path in the one form that routes are matched against: its segments, decoded.
///
/// What could be read in two ways by two programs is refused rather than repaired: encoded slashes and backslashes,
/// NUL, dot segments and broken escapes.
struct RequestPath {
    static let longest = 4096
    static let mostSegments = 32

    let segments: [String]

    /// Nil for a path that is refused.
    init?(_ raw: String) {
        let bytes = raw.utf8
        guard bytes.first == UInt8(ascii: "/"), bytes.count <= Self.longest else { return nil }
        var segments: [String] = []
        for part in bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard segments.count < Self.mostSegments, let segment = PercentCode.decode(part) else { return nil }
            guard segment != ".", segment != "..",
                !segment.utf8.contains(where: { $0 == 0x2F || $0 == 0x5C || $0 == 0 })
            else { return nil }
            segments.append(segment)
        }
        self.segments = segments
    }
}

/// Percent-encoding of RFC 3986, read strictly.
enum PercentCode {
    /// The text, or nil for a broken escape or what is not UTF-8.
    static func decode(_ bytes: Substring.UTF8View.SubSequence, plusIsSpace: Bool = false) -> String? {
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
}
