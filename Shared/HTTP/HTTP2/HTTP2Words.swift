import Glibc

extension UnsafeBufferPointer<UInt8> {
    /// Whether these are exactly the word's bytes.
    func isWord(_ word: StaticString) -> Bool {
        guard let baseAddress, count == word.utf8CodeUnitCount else { return false }
        return memcmp(baseAddress, word.utf8Start, count) == 0
    }

    /// Whether these are the word, which is given in lower case.
    func isWordInAnyCase(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return indices.allSatisfy { ByteClass.lowercase(self[$0]) == word.utf8Start[$0] }
    }

    func isAny(of words: [StaticString]) -> Bool { words.contains { isWord($0) } }

    /// A number of digits only, as `Span.decimal` has it.
    func decimal() -> Int64? {
        let span = Span(_unsafeElements: self)
        return span.decimal(0..<count)
    }
}

extension Span where Element == UInt8 {
    /// Whether a range is exactly this word.
    func isExactly(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for at in 0..<range.count where self[range.lowerBound + at] != word.utf8Start[at] { return false }
        return true
    }
}
