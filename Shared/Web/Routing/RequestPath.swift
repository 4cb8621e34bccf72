import Models

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
