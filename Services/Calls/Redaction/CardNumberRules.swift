import Models

/// Finds numbers of payment cards that were spoken aloud: digits and words for digits in a row, on one channel, whose
/// check digit is right.
struct CardNumberRules: Sendable {
    /// What stands in a transcript for what is silent.
    static let mark = "[redacted]"

    private static let lengths = 13...19
    /// Other words that may come between the digits of one number: "um", "then", "dash".
    private static let gap = 3
    private static let ones = Dictionary(
        uniqueKeysWithValues: "zero one two three four five six seven eight nine".split(separator: " ").enumerated()
            .map { (String($1), $0) })
    private static let teens = Dictionary(
        uniqueKeysWithValues:
            "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(separator: " ")
            .enumerated().map { (String($1), $0 + 10) })
    private static let tens = Dictionary(
        uniqueKeysWithValues: "twenty thirty forty fifty sixty seventy eighty ninety".split(separator: " ")
            .enumerated().map { (String($1), ($0 + 2) * 10) })

    private struct Digit {
        var value: Int
        var segment: Int
        /// In UTF-16 units of the segment's text.
        var range: Range<Int>
    }

    /// The transcript without such numbers, and where they were spoken: whole segments, since words have no times.
    static func redact(_ transcript: Transcript) -> (transcript: Transcript, spans: [SilentSpan]) {
        var marked: [Int: Range<Int>] = [:]
        for channel in Set(transcript.segments.map(\.channel)) {
            for run in runs(of: transcript, on: channel) {
                for number in numbers(in: run) {
                    for digit in number {
                        let known = marked[digit.segment]
                        let lower = min(known?.lowerBound ?? digit.range.lowerBound, digit.range.lowerBound)
                        let upper = max(known?.upperBound ?? digit.range.upperBound, digit.range.upperBound)
                        marked[digit.segment] = lower..<upper
                    }
                }
            }
        }
        var redacted = transcript
        var spans: [SilentSpan] = []
        for (index, range) in marked.sorted(by: { $0.key < $1.key }) {
            let segment = transcript.segments[index]
            redacted.segments[index].text = replace(range, in: segment.text)
            // The other side may be heard on a line too, and the times of recognisers are not exact.
            spans.append(
                SilentSpan(
                    channel: nil, startSeconds: max(0, segment.startSeconds - 0.3),
                    endSeconds: segment.endSeconds + 0.3))
        }
        return (redacted, spans)
    }

    private static func runs(of transcript: Transcript, on channel: Int) -> [[Digit]] {
        var runs: [[Digit]] = []
        var run: [Digit] = []
        var others = 0
        func close() {
            if run.count >= lengths.lowerBound { runs.append(run) }
            run = []
        }
        for (index, segment) in transcript.segments.enumerated() where segment.channel == channel {
            var times = 1
            var isAfterTens = false
            for word in WordCutter.cut(segment.text) {
                let values = self.values(of: word.text, isInside: !run.isEmpty)
                if let repeats = ["double": 2, "triple": 3][word.text] {
                    times = repeats
                    continue
                }
                guard let values else {
                    (times, isAfterTens) = (1, false)
                    others += 1
                    if others > gap { close() }
                    continue
                }
                others = 0
                if isAfterTens, values[0] > 0, ones[word.text] != nil, !run.isEmpty {
                    // "forty one" is 41, not 40 and 1.
                    run[run.count - 1] = Digit(value: values[0], segment: index, range: word.range)
                    isAfterTens = false
                    continue
                }
                isAfterTens = tens[word.text] != nil
                for _ in 0..<times {
                    run += values.map { Digit(value: $0, segment: index, range: word.range) }
                }
                times = 1
            }
        }
        close()
        return runs
    }

    /// The digits that a word stands for; nil for one that is no number.
    private static func values(of word: String, isInside: Bool) -> [Int]? {
        if let one = ones[word] { return [one] }
        if word == "oh" || word == "o" { return isInside ? [0] : nil }
        if let number = teens[word] ?? tens[word] { return [number / 10, number % 10] }
        let digits = word.compactMap(\.wholeNumberValue)
        guard !digits.isEmpty, word.allSatisfy({ $0.wholeNumberValue != nil || ",.'-".contains($0) }),
            digits.allSatisfy({ (0...9).contains($0) })
        else { return nil }
        return digits
    }

    /// The stretches that can be a card's number, the longest first where several begin together.
    private static func numbers(in run: [Digit]) -> [ArraySlice<Digit>] {
        var found: [ArraySlice<Digit>] = []
        var start = 0
        while start + lengths.lowerBound <= run.count {
            let length = lengths.reversed().first { length in
                start + length <= run.count && isCard(run[start..<start + length])
            }
            if let length { found.append(run[start..<start + length]) }
            start += length ?? 1
        }
        return found
    }

    private static func isCard(_ digits: ArraySlice<Digit>) -> Bool {
        guard let first = digits.first?.value, (2...6).contains(first) else { return false }
        guard digits.contains(where: { $0.value != first }) else { return false }
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let doubled = place.isMultiple(of: 2) ? digit.value : digit.value * 2
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum.isMultiple(of: 10)
    }

    private static func replace(_ range: Range<Int>, in text: String) -> String {
        let units = text.utf16
        guard let start = units.index(units.startIndex, offsetBy: range.lowerBound, limitedBy: units.endIndex),
            let end = units.index(units.startIndex, offsetBy: range.upperBound, limitedBy: units.endIndex)
        else { return mark }
        return String(text[..<start]) + mark + String(text[end...])
    }
}

extension Transcript {
    /// Without the words of segments that lie in silent spans.
    func silenced(in spans: [SilentSpan]) -> Transcript {
        guard !spans.isEmpty else { return self }
        var copy = self
        for index in copy.segments.indices {
            let segment = copy.segments[index]
            let isSilent = spans.contains { span in
                span.channel ?? segment.channel == segment.channel
                    && min(segment.endSeconds, span.endSeconds) - max(segment.startSeconds, span.startSeconds) > 0.05
            }
            if isSilent { copy.segments[index].text = CardNumberRules.mark }
        }
        return copy
    }
}
