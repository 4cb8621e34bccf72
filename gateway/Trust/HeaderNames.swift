/// A small set of header names, asked by their bytes in lower case: found by length first, so most names cost one look.
struct HeaderNames: Sendable {
    private let byLength: [[[UInt8]]]

    /// Names in lower case with white space between.
    init(_ names: String) {
        let names = names.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) }
        var byLength = [[[UInt8]]](repeating: [], count: (names.map(\.count).max() ?? 0) + 1)
        for name in names { byLength[name.count].append(name) }
        self.byLength = byLength
    }

    func contains(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.count < byLength.count else { return false }
        return byLength[name.count].contains { $0.elementsEqual(name) }
    }
}
