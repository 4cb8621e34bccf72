import Models

/// Finds what belongs to a card beside its number: its security code, where somebody names it, and the month and year
/// until which it is valid.
struct CardDetailRules: Sendable {
    /// How long before and after a number its code or date is looked for.
    private static let secondsBefore = 60.0
    private static let secondsAfter = 120.0
    /// How many words may stand between a name and what it names; the other side may say them.
    private static let wordsAfterName = 25
    private static let wordsBeforeName = 4
    private static let mostDigits = 20
    /// Words that may stand between what nobody names.
    private static let breath = 1
    /// Years in which cards end.
    private static let years = 20...45
    private static let codes = phrases(
        """
        cvv cvv2 cvc cvc2 cvn cid
        c v v|c v c|security code|security number|security digits|verification code|verification number|verification value
        card code|code on the back|number on the back|numbers on the back|digits on the back|digits on the front
        """)
    private static let dates = phrases(
        """
        expiry expiration expires expire expiring exp
        valid until|valid through|valid thru|valid till|good until|good through|good thru
        """)
    private static let months = Set(
        """
        january february march april may june july august september october november december jan feb mar apr jun jul aug
        sep sept oct nov dec
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    private let items: [SpokenDigits.Item]
    private let segments: [Transcript.Segment]
    /// For each item, whether it is part of a card's number.
    private let isOfNumber: [Bool]
    /// For each segment, whether a number was said not long before or after.
    private let isNear: [Bool]

    init(transcript: Transcript, numbers: [TranscriptMark]) {
        segments = transcript.segments
        items = SpokenDigits.items(of: transcript)
        let marked = Dictionary(grouping: numbers, by: \.segment)
        isOfNumber = items.map { item in marked[item.segment]?.contains { $0.range.overlaps(item.range) } ?? false }
        var times: [ClosedRange<Double>] = []
        for mark in numbers.sorted(by: { $0.segment < $1.segment }) {
            let said = transcript.segments[mark.segment]
            let time =
                (said.startSeconds - Self.secondsBefore)...(max(said.startSeconds, said.endSeconds) + Self.secondsAfter)
            if let last = times.last, time.lowerBound <= last.upperBound, time.lowerBound >= last.lowerBound {
                times[times.count - 1] = last.lowerBound...max(last.upperBound, time.upperBound)
            } else {
                times.append(time)
            }
        }
        isNear = transcript.segments.map { said in times.contains { $0.contains(said.startSeconds) } }
    }

    func marks() -> [TranscriptMark] {
        var marks: [TranscriptMark] = []
        for index in items.indices where isNear(index) {
            if items[index].value == nil {
                if let end = match(Self.codes, at: index) { marks += code(after: end) + code(before: index) }
                if let end = match(Self.dates, at: index) { marks += date(after: end) }
            } else if !isOfNumber[index], isAfterNumber(index) {
                marks += followers(from: index)
            }
        }
        return marks
    }

    // What somebody names.

    private func code(after index: Int) -> [TranscriptMark] {
        var start = index
        while start < items.count, start - index <= Self.wordsAfterName, isNear(start) {
            if items[start].value != nil, !isOfNumber[start] {
                var run = digits(from: start)
                // "The three digits? One two three."
                if run.count > 3, items[run[0]].value == run.count - 1 { run.removeFirst() }
                guard (3...4).contains(run.count) else {
                    // A date may be said first.
                    start = (run.last ?? start) + 1
                    continue
                }
                return TranscriptMark.spanning(run.map { items[$0] })
            }
            start += 1
        }
        return []
    }

    /// "One two three is the code": digits right before the name, in the same breath.
    private func code(before index: Int) -> [TranscriptMark] {
        var end = index - 1
        while end >= 0, index - end <= Self.wordsBeforeName, items[end].segment == items[index].segment {
            if items[end].value != nil {
                var start = end
                while start > 0, items[start - 1].value != nil, items[start - 1].segment == items[end].segment {
                    start -= 1
                }
                guard (3...4).contains(end - start + 1), !isOfNumber[start...end].contains(true) else { return [] }
                return TranscriptMark.spanning(items[start...end])
            }
            end -= 1
        }
        return []
    }

    private func date(after index: Int) -> [TranscriptMark] {
        var start = index
        while start < items.count, start - index <= Self.wordsAfterName, isNear(start) {
            if Self.months.contains(items[start].word) {
                let year = digits(from: start + 1).prefix(4)
                if (2...4).contains(year.count) { return TranscriptMark.spanning(([start] + year).map { items[$0] }) }
            }
            if items[start].value != nil, !isOfNumber[start] {
                let run = digits(from: start)
                guard run.count >= 3 else {
                    start = (run.last ?? start) + 1
                    continue
                }
                // What follows a date in one breath is the code.
                guard run.count <= 10 else { return [] }
                return TranscriptMark.spanning(run.map { items[$0] })
            }
            start += 1
        }
        return []
    }

    /// What follows a number in one breath: a month and a year, and then a code.
    private func followers(from index: Int) -> [TranscriptMark] {
        let run = digits(from: index, gap: Self.breath)
        let values = run.compactMap { items[$0].value }
        guard (4...10).contains(values.count), (1...12).contains(values[0] * 10 + values[1]) else { return [] }
        let isLong = values.count >= 6 && values[2] == 2 && values[3] == 0
        guard isLong || Self.years.contains(values[2] * 10 + values[3]) else { return [] }
        let year = isLong ? 6 : 4
        let rest = values.count - year
        let taken = rest == 3 || rest == 4 ? values.count : year
        return TranscriptMark.spanning(run.prefix(taken).map { items[$0] })
    }

    /// The places of the digits that one person says from here on, with a few other words between them, of either side.
    private func digits(from start: Int, gap: Int = SpokenDigits.gap) -> [Int] {
        guard start < items.count else { return [] }
        let channel = segments[items[start].segment].channel
        var run: [Int] = []
        var others = 0
        for index in start..<items.count {
            if items[index].value != nil, segments[items[index].segment].channel == channel {
                guard !isOfNumber[index], run.count < Self.mostDigits else { break }
                run.append(index)
                others = 0
            } else {
                others += 1
                if others > gap { break }
            }
        }
        return run
    }

    /// Whether the last digit before, right before or with a word between, ended a card's number of the same person.
    private func isAfterNumber(_ index: Int) -> Bool {
        let before = (max(0, index - 1 - Self.breath)..<index).last { items[$0].value != nil }
        guard let before, isOfNumber[before] else { return false }
        return segments[items[before].segment].channel == segments[items[index].segment].channel
    }

    private func isNear(_ index: Int) -> Bool { isNear[items[index].segment] }

    /// The place after a phrase that begins here; nil when none does.
    private func match(_ phrases: [[String]], at index: Int) -> Int? {
        phrases.lazy.compactMap { phrase -> Int? in
            guard index + phrase.count <= items.count else { return nil }
            let isThere = zip(phrase, items[index...]).allSatisfy { $0 == $1.word }
            return isThere ? index + phrase.count : nil
        }.first
    }

    /// A line of single words, or one of phrases between bars.
    private static func phrases(_ text: String) -> [[String]] {
        text.split(separator: "\n").flatMap { line in
            let separator: Character = line.contains("|") ? "|" : " "
            return line.split(separator: separator).map { $0.split(separator: " ").map(String.init) }
        }
    }
}
