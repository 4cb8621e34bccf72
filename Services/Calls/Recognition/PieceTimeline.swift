/// Finds the times of the recording for times of a piece, in which long silences are missing.
struct PieceTimeline {
    struct Part: Equatable {
        var start: Double
        var end: Double
        var text: String
    }

    private let spans: [DecodedManifest.Span]

    init(_ piece: DecodedManifest.Piece) { spans = piece.spans }

    /// The segment's place in the recording, in several parts where a silence was cut out of its middle and the engine
    /// said when each word was spoken.
    func place(_ segment: RecognisedSegment) -> [Part] {
        let text = segment.text.trimmed
        guard !text.isEmpty, !spans.isEmpty, segment.start.isFinite, segment.end.isFinite else { return [] }
        let start = max(0, min(segment.start, segment.end))
        let end = max(start, segment.end)
        let first = span(at: start, isEnd: false)
        let last = span(at: end, isEnd: true)
        let words = text.split(whereSeparator: \.isWhitespace)
        guard last > first, words.count == segment.words.count else {
            let placedStart = locate(start, in: first)
            return [Part(start: placedStart, end: max(placedStart, locate(end, in: max(first, last))), text: text)]
        }
        return split(words, at: segment.words)
    }

    private func split(_ words: [Substring], at times: [RecognisedSegment.Word]) -> [Part] {
        var parts: [Part] = []
        var open: Int?
        for (word, time) in zip(words, times) {
            let index = span(at: (time.start + time.end) / 2, isEnd: false)
            let (start, end) = (locate(time.start, in: index), locate(time.end, in: index))
            if index == open {
                parts[parts.count - 1].text += " " + word
                parts[parts.count - 1].end = max(parts[parts.count - 1].end, end)
            } else {
                parts.append(Part(start: start, end: max(start, end), text: String(word)))
                open = index
            }
        }
        return parts
    }

    /// An end that falls on the border of two spans belongs to the one before it.
    private func span(at seconds: Double, isEnd: Bool) -> Int {
        let index = spans.lastIndex { isEnd ? $0.pieceStartSeconds < seconds : $0.pieceStartSeconds <= seconds }
        return index ?? 0
    }

    private func locate(_ seconds: Double, in index: Int) -> Double {
        let span = spans[index]
        return span.startSeconds + max(0, min(seconds - span.pieceStartSeconds, span.durationSeconds))
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
