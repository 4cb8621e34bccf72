import Glibc

/// A small set of header names, asked by their bytes in lower case: found by length first, so most names cost one look.
struct HeaderNames: Sendable {
    private let byLength: [[[UInt8]]]

    /// Names in lower case with white space between.
    init(_ names: String) {
        self.init(names.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })
    }

    private init(_ names: [[UInt8]]) {
        var byLength = [[[UInt8]]](repeating: [], count: (names.map(\.count).max() ?? 0) + 1)
        for name in names { byLength[name.count].append(name) }
        self.byLength = byLength
    }

    /// The names of both.
    func union(_ other: HeaderNames) -> HeaderNames {
        HeaderNames(byLength.flatMap { $0 } + other.byLength.flatMap { $0 })
    }

    func contains(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.count < byLength.count, let start = name.baseAddress else { return false }
        for known in byLength[name.count] where memcmp(known, start, name.count) == 0 { return true }
        return false
    }
}
