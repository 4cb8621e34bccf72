/// Where in a text a word stands, and when it was spoken.
struct SpokenWord: Sendable, Equatable {
    /// In UTF-16 units of the text, with the punctuation that clings to the word.
    var range: Range<Int>
    var startSeconds: Double
    var endSeconds: Double

    /// Finds the words of an engine in the text that it wrote; empty when they are not the same words.
    ///
    /// Engines leave punctuation out of words, and cut numbers and scripts without spaces differently, so letters and
    /// digits are compared and nothing else; words without their text are as many as stand between spaces.
    static func align(_ words: [RecognisedSegment.Word], with text: String) -> [SpokenWord] {
        guard !words.isEmpty, words.allSatisfy({ $0.start.isFinite && $0.end.isFinite }) else { return [] }
        let letters = Letter.all(in: text)
        let named = words.map { Letter.all(in: $0.text) }
        if named.flatMap({ $0 }).map(\.scalar) == letters.map(\.scalar), !letters.isEmpty {
            return place(zip(words, named).filter { !$1.isEmpty }.map { ($0, $1.count) }, letters, text)
        }
        let tokens = text.split(whereSeparator: \.isWhitespace)
        guard tokens.count == words.count else { return [] }
        return zip(tokens, words).map { token, word in
            let lower = token.startIndex.utf16Offset(in: text)
            return SpokenWord(word, lower..<lower + token.utf16.count)
        }
    }

    /// Gives each of several texts its words, by their letters; nil when the words are not those of the texts.
    static func share(
        _ words: [RecognisedSegment.Word], among texts: [String]
    ) -> [[RecognisedSegment.Word]]? {
        let named = words.map { Letter.all(in: $0.text).map(\.scalar) }
        let written = texts.map { Letter.all(in: $0).map(\.scalar) }
        guard !words.isEmpty, named.flatMap({ $0 }) == written.flatMap({ $0 }) else { return nil }
        var shared: [[RecognisedSegment.Word]] = Array(repeating: [], count: texts.count)
        var (text, left) = (0, written.first?.count ?? 0)
        for (word, letters) in zip(words, named) where !letters.isEmpty {
            while left <= 0, text + 1 < texts.count {
                text += 1
                left += written[text].count
            }
            shared[text].append(word)
            left -= letters.count
        }
        return shared
    }

    private init(_ word: RecognisedSegment.Word, _ range: Range<Int>) {
        self.range = range
        startSeconds = max(0, min(word.start, word.end))
        endSeconds = max(startSeconds, word.end)
    }

    init(range: Range<Int>, startSeconds: Double, endSeconds: Double) {
        self.range = range
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
    }

    /// Words by their numbers of letters; each reaches to the white space before the next one.
    private static func place(
        _ words: [(word: RecognisedSegment.Word, letters: Int)], _ letters: [Letter], _ text: String
    ) -> [SpokenWord] {
        let units = Array(text.utf16)
        func isSpace(_ unit: UInt16) -> Bool { Unicode.Scalar(unit)?.properties.isWhitespace ?? false }
        var starts: [Int] = []
        var letter = 0
        for (_, count) in words {
            var start = letters[letter].offset
            // What clings to its beginning: a currency's sign, a bracket.
            let floor = letter > 0 ? letters[letter - 1].offset + 1 : 0
            var before = start
            while before > floor, !isSpace(units[before - 1]) { before -= 1 }
            if before == 0 || isSpace(units[before - 1]) { start = before }
            starts.append(start)
            letter += count
        }
        return words.indices.map { index in
            var end = index + 1 < starts.count ? starts[index + 1] : units.count
            while end > starts[index] + 1, isSpace(units[end - 1]) { end -= 1 }
            return SpokenWord(words[index].word, starts[index]..<max(starts[index], end))
        }
    }

    /// One letter or digit, in lower case, with its place.
    private struct Letter {
        var scalar: Unicode.Scalar
        var offset: Int

        static func all(in text: String) -> [Letter] {
            var found: [Letter] = []
            var offset = 0
            for scalar in text.unicodeScalars {
                if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                    for lower in scalar.properties.lowercaseMapping.unicodeScalars {
                        found.append(Letter(scalar: lower, offset: offset))
                    }
                }
                offset += UTF16.width(scalar)
            }
            return found
        }
    }
}
