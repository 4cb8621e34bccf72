import Models

/// Finds numbers of payment cards that were spoken aloud, by their check digit or because somebody calls them so, with the
/// codes and dates beside them.
struct CardNumberRules: Sendable {
    /// What stands in a transcript for what is silent.
    static let mark = "[redacted]"

    private static let lengths = 13...19
    /// Of a number that somebody calls a card's; a recogniser may have missed a digit, or taken one for another.
    private static let namedLength = 12
    /// How long before the number it is called one.
    private static let namedSeconds = 30.0
    private static let namedSegments = 12
    private static let names = [
        "card number", "card numbers", "credit card", "debit card", "number of my card", "number of your card",
        "number of the card", "visa", "mastercard", "american express", "amex",
    ]
    /// Beyond the words: the times of recognisers are not exact.
    private static let marginSeconds = 0.25
    /// Beyond a segment whose words have no times.
    private static let segmentMarginSeconds = 0.3

    /// The transcript without such numbers, and without what is silent anyway, and the stretches that are to be silent.
    static func redact(
        _ transcript: Transcript, silent known: [SilentSpan] = []
    ) -> (transcript: Transcript, spans: [SilentSpan]) {
        let found = marks(in: transcript)
        let spans = Self.spans(of: found, in: transcript).filter { span in
            !known.contains {
                $0.channel == nil && $0.startSeconds <= span.startSeconds && $0.endSeconds >= span.endSeconds
            }
        }
        return (transcript.without(found + transcript.marks(in: known)), spans)
    }

    /// A few words without such numbers.
    static func redact(_ text: String) -> String {
        let segment = Transcript.Segment(
            id: 0, channel: 0, speaker: .unknown, startSeconds: 0, endSeconds: 0, text: text, isDoubtful: false)
        let transcript = Transcript(
            language: "und", engine: .local, model: "", segments: [segment], usage: EngineUsage())
        return redact(transcript).transcript.segments[0].text
    }

    /// Where numbers stand, and what belongs to them.
    private static func marks(in transcript: Transcript) -> [TranscriptMark] {
        var numbers: [TranscriptMark] = []
        for channel in Set(transcript.segments.map(\.channel)).sorted() {
            for run in runs(of: SpokenDigits.items(of: transcript, on: channel)) {
                let found = self.numbers(in: run)
                for number in found { numbers += TranscriptMark.spanning(number) }
                // A part of a number that was misheard may have a right check digit by chance.
                if found.isEmpty || run.count <= lengths.upperBound, isNamed(run, in: transcript) {
                    numbers += TranscriptMark.spanning(run)
                }
            }
        }
        guard !numbers.isEmpty else { return [] }
        return numbers + CardDetailRules(transcript: transcript, numbers: numbers).marks()
    }

    private static func runs(of items: [SpokenDigits.Item]) -> [[SpokenDigits.Item]] {
        var runs: [[SpokenDigits.Item]] = []
        var run: [SpokenDigits.Item] = []
        var others = 0
        func close() {
            if run.count >= namedLength { runs.append(run) }
            run = []
        }
        for item in items {
            if item.value != nil {
                others = 0
                run.append(item)
            } else {
                others += 1
                if others > SpokenDigits.gap { close() }
            }
        }
        close()
        return runs
    }

    /// The stretches that can be a card's number, the longest first where several begin together.
    private static func numbers(in run: [SpokenDigits.Item]) -> [ArraySlice<SpokenDigits.Item>] {
        var found: [ArraySlice<SpokenDigits.Item>] = []
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

    /// Whether somebody says of the number that it is a card's, right before it or in the same breath.
    private static func isNamed(_ run: [SpokenDigits.Item], in transcript: Transcript) -> Bool {
        guard let place = run.first?.segment else { return false }
        let since = transcript.segments[place].startSeconds - namedSeconds
        return (max(0, place - namedSegments)...place).contains { index in
            guard transcript.segments[index].startSeconds >= since else { return false }
            let said = " " + WordCutter.cut(transcript.segments[index].text).map(\.text).joined(separator: " ") + " "
            return names.contains { said.contains(" \($0) ") }
        }
    }

    private static func isCard(_ items: ArraySlice<SpokenDigits.Item>) -> Bool {
        let digits = items.compactMap(\.value)
        guard let first = digits.first, (2...6).contains(first), digits.contains(where: { $0 != first }) else {
            return false
        }
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let doubled = place.isMultiple(of: 2) ? digit : digit * 2
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum.isMultiple(of: 10)
    }

    /// When what is marked was spoken: from the first word to the last, or else the whole segment.
    private static func spans(of marks: [TranscriptMark], in transcript: Transcript) -> [SilentSpan] {
        var times: [ClosedRange<Double>] = []
        for mark in marks {
            let segment = transcript.segments[mark.segment]
            let spoken = segment.words.filter { $0.range.overlaps(mark.range) }
            let margin = spoken.isEmpty ? segmentMarginSeconds : marginSeconds
            let start = spoken.map(\.startSeconds).min() ?? segment.startSeconds
            let end = spoken.map(\.endSeconds).max() ?? segment.endSeconds
            times.append(max(0, start - margin)...max(0, start, end) + margin)
        }
        var joined: [ClosedRange<Double>] = []
        for time in times.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, time.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound...max(last.upperBound, time.upperBound)
            } else {
                joined.append(time)
            }
        }
        // The other side may be heard on a line too.
        return joined.map { SilentSpan(channel: nil, startSeconds: $0.lowerBound, endSeconds: $0.upperBound) }
    }
}
