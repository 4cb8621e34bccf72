import CICU

/// Cuts text of any script into the words that transcripts are searched by; queries are cut in the same way.
///
/// ICU's word breaker finds words where no spaces stand too (Thai, Chinese, Japanese, Lao, Khmer), by dictionary. Each
/// word is folded by NFKC and full case folding, without a locale: `Straße` and `STRASSE`, full-width and plain letters
/// are the same word. No stop words, no stemming: what was said is what is found.
enum WordCutter {
    /// Longer runs are noise of a recogniser; PostgreSQL refuses lexemes of 2 kB.
    static let wordBytes = 240

    /// One word, with its place in UTF-16 units.
    struct Word: Equatable {
        var text: String
        var range: Range<Int>
    }

    /// The distinct words in the order of their first use, ready for `array_to_tsvector`.
    static func distinctWords(in text: String) -> [String] {
        var seen: Set<String> = []
        return cut(text).map(\.text).filter { seen.insert($0).inserted }
    }

    /// All words in order.
    static func cut(_ text: String) -> [Word] { cut(units(of: text)) }

    /// A typographic apostrophe joins a word as the plain one does, but is another character to compare.
    fileprivate static func units(of text: String) -> [UInt16] { text.utf16.map { $0 == 0x2019 ? 0x27 : $0 } }

    fileprivate static func cut(_ units: [UInt16]) -> [Word] {
        guard !units.isEmpty, units.count <= Int(Int32.max) else { return [] }
        return units.withUnsafeBufferPointer { buffer in
            guard let breaker = icu_words_open(buffer.baseAddress, Int32(buffer.count)) else { return [] }
            defer { icu_words_close(breaker) }
            var words: [Word] = []
            var start = 0
            while true {
                let end = Int(icu_words_next(breaker))
                guard end > start else { return words }
                if icu_words_is_word(breaker) != 0 {
                    let text = fold(UnsafeBufferPointer(rebasing: buffer[start..<end]))
                    if !text.isEmpty { words.append(Word(text: text, range: start..<end)) }
                }
                start = end
            }
        }
    }

    private static func fold(_ word: UnsafeBufferPointer<UInt16>) -> String {
        // One unit folds into 18 at most (U+FDFA); what is cut off here would be cut off below.
        let taken = min(word.count, wordBytes)
        var folded = [UInt16](repeating: 0, count: taken * 18)
        let length = icu_fold(word.baseAddress, Int32(taken), &folded, Int32(folded.count))
        guard length > 0 else { return "" }
        let text = String(decoding: folded[..<Int(length)], as: UTF16.self)
        guard text.utf8.count > wordBytes else { return text }
        var short = ""
        for scalar in text.unicodeScalars {
            guard short.utf8.count + UTF8.width(scalar) <= wordBytes else { break }
            short.unicodeScalars.append(scalar)
        }
        return short
    }
}

/// What somebody typed to search transcripts: words that must all be there; a trailing `*` leaves a word's end open.
struct WordQuery: Equatable {
    struct Term: Equatable {
        var word: String
        var isPrefix: Bool
    }

    /// More words make no search better, and each costs an index scan.
    static let termLimit = 20

    var terms: [Term]

    init(_ text: String) {
        let units = WordCutter.units(of: text)
        var terms: [Term] = []
        for word in WordCutter.cut(units) {
            let isPrefix = word.range.upperBound < units.count && units[word.range.upperBound] == 0x2A
            let term = Term(word: word.text, isPrefix: isPrefix)
            if !terms.contains(term) { terms.append(term) }
        }
        self.terms = Array(terms.prefix(WordQuery.termLimit))
    }

    /// Text for a cast to `tsquery`, or nil when there is no word to look for; it is bound, never pasted into SQL.
    var tsquery: String? {
        guard !terms.isEmpty else { return nil }
        return terms.map { term in
            // By scalars, as PostgreSQL reads it: a quote with a combining mark is one character, and no `Character("'")`.
            var quoted = String.UnicodeScalarView()
            for scalar in term.word.unicodeScalars {
                if scalar == "'" || scalar == "\\" { quoted.append(scalar) }
                quoted.append(scalar)
            }
            return "'\(String(quoted))'" + (term.isPrefix ? ":*" : "")
        }.joined(separator: " & ")
    }
}
