/// The words of a transcript in order, each with the digits that it stands for: `4111`, `four`, `forty`, `triple one`.
struct SpokenDigits: Sendable {
    /// A digit, or a word that is none.
    struct Item: Sendable {
        /// Nil for a word that is no number.
        var value: Int?
        var word: String
        /// The place of its segment in the transcript.
        var segment: Int
        /// In UTF-16 units of the segment's text.
        var range: Range<Int>
    }

    /// Other words that may come between the digits of one number: "um", "then", "dash".
    static let gap = 3
    private static let ones = numbered("zero one two three four five six seven eight nine", from: 0)
    private static let teens = numbered(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", from: 10)
    private static let tens = numbered("twenty thirty forty fifty sixty seventy eighty ninety", from: 2)

    private static func numbered(_ words: String, from first: Int) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: words.split(separator: " ").enumerated().map { (String($1), $0 + first) })
    }

    /// All of it, or what was said on one channel.
    static func items(of transcript: Transcript, on channel: Int? = nil) -> [Item] {
        var items: [Item] = []
        // Words since the last digit.
        var others = gap + 1
        for (segment, said) in transcript.segments.enumerated() where channel ?? said.channel == said.channel {
            let words = WordCutter.cut(said.text)
            var isAfterTens = false
            var repeats: (count: Int, word: WordCutter.Word)?
            for (place, word) in words.enumerated() {
                if let count = ["double": 2, "triple": 3][word.text], repeats == nil, place + 1 < words.count {
                    repeats = (count, word)
                    continue
                }
                let isBefore = place + 1 < words.count && Self.values(of: words[place + 1].text) != nil
                guard
                    let values = Self.values(of: word.text)
                        ?? misheard(word.text, isAmong: others <= gap || isBefore, isBefore: isBefore)
                else {
                    if let (_, word) = repeats {
                        items.append(Item(value: nil, word: word.text, segment: segment, range: word.range))
                    }
                    items.append(Item(value: nil, word: word.text, segment: segment, range: word.range))
                    (repeats, isAfterTens) = (nil, false)
                    others += 1
                    continue
                }
                others = 0
                if isAfterTens, values != [0], ones[word.text] != nil, let last = items.indices.last {
                    // "forty one" is 41, not 40 and 1.
                    items[last] = Item(value: values[0], word: word.text, segment: segment, range: word.range)
                    isAfterTens = false
                    continue
                }
                isAfterTens = tens[word.text] != nil
                let lower = repeats?.word.range.lowerBound ?? word.range.lowerBound
                for _ in 0..<(repeats?.count ?? 1) {
                    items += values.map {
                        Item(value: $0, word: word.text, segment: segment, range: lower..<word.range.upperBound)
                    }
                }
                repeats = nil
            }
        }
        return items
    }

    /// The digits that a word stands for; nil for one that is no number.
    private static func values(of word: String) -> [Int]? {
        if let one = ones[word] { return [one] }
        if let number = teens[word] { return [number / 10, number % 10] }
        if let number = tens[word] { return [number, 0] }
        let digits = word.compactMap(\.wholeNumberValue)
        guard !digits.isEmpty, word.allSatisfy({ $0.wholeNumberValue != nil || ",.'-".contains($0) }),
            digits.allSatisfy({ (0...9).contains($0) })
        else { return nil }
        return digits
    }

    /// "Oh" is a zero among digits alone, and recognisers write "for" where somebody says a digit before others.
    private static func misheard(_ word: String, isAmong: Bool, isBefore: Bool) -> [Int]? {
        if isAmong, word == "oh" || word == "o" { return [0] }
        return isBefore ? ["for": [4], "to": [2], "too": [2], "won": [1], "ate": [8]][word] : nil
    }
}
