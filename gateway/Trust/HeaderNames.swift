/// A small set of header names that is asked by the bytes of a name, in any case.
///
/// The name's length and first letter tell for nearly every name that it is not among them.
struct HeaderNames: Sendable {
    /// By length: the first letters, a bit for each by its place in the alphabet.
    private let firstLetters: [UInt32]
    private let byLength: [[[UInt8]]]

    /// Names in lower case with white space between.
    init(_ names: String) {
        self.init(names.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })
    }

    private init(_ names: [[UInt8]]) {
        var byLength = [[[UInt8]]](repeating: [], count: (names.map(\.count).max() ?? 0) + 1)
        for name in names { byLength[name.count].append(name) }
        self.byLength = byLength
        firstLetters = byLength.map { names in names.reduce(0) { $0 | Self.bit(of: $1[0]) } }
    }

    /// The names of both.
    func union(_ other: HeaderNames) -> HeaderNames {
        HeaderNames(byLength.flatMap { $0 } + other.byLength.flatMap { $0 })
    }

    func contains(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.count < byLength.count, !name.isEmpty, firstLetters[name.count] & Self.bit(of: name[0]) != 0 else {
            return false
        }
        return byLength[name.count].contains { name.isCaseless($0) }
    }

    /// The same for a letter in either case; other characters share the bits of some letters.
    private static func bit(of first: UInt8) -> UInt32 { 1 << UInt32(first & 31) }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes begin with a word, which is given in lower case, in any case of their own.
    func startsCaseless(_ word: [UInt8]) -> Bool {
        guard count >= word.count else { return false }
        for offset in 0..<word.count {
            let byte = self[offset]
            guard (byte &- 0x41 < 26 ? byte | 0x20 : byte) == word[offset] else { return false }
        }
        return true
    }

    /// Whether the bytes are a word, which is given in lower case, in any case of their own.
    func isCaseless(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        for offset in 0..<count {
            let byte = self[offset]
            guard (byte &- 0x41 < 26 ? byte | 0x20 : byte) == word.utf8Start[offset] else { return false }
        }
        return true
    }

    /// Whether the bytes are a word in any case.
    func isCaseless(_ word: [UInt8]) -> Bool { count == word.count && startsCaseless(word) }
}
