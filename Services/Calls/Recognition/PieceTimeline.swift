/// Finds the times of the recording for times of a piece, in which long silences are missing.
struct PieceTimeline {
    struct Part: Equatable {
        var start: Double
        var end: Double
        var text: String
        /// When its words were spoken, where that is known.
        var words: [SpokenWord] = []
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
        let words = SpokenWord.align(segment.words, with: text)
        guard last > first, !words.isEmpty else {
            let placedStart = locate(start, in: first)
            return [
                Part(
                    start: placedStart, end: max(placedStart, locate(end, in: max(first, last))), text: text,
                    words: words.map { placed($0, from: 0) })
            ]
        }
        return split(text, at: words)
    }

    private func split(_ text: String, at words: [SpokenWord]) -> [Part] {
        let units = Array(text.utf16)
        var parts: [Part] = []
        var (open, from) = (-1, 0)
        func close(_ upper: Int) {
            guard !parts.isEmpty else { return }
            parts[parts.count - 1].text = String(decoding: units[from..<max(from, upper)], as: UTF16.self).trimmed
        }
        for word in words {
            let index = span(of: word)
            if index != open {
                let lower = parts.isEmpty ? 0 : word.range.lowerBound
                close(lower)
                let start = locate(word.startSeconds, in: index)
                parts.append(Part(start: start, end: start, text: ""))
                (open, from) = (index, lower)
            }
            let placed = placed(word, from: from)
            parts[parts.count - 1].end = max(parts[parts.count - 1].end, placed.endSeconds)
            parts[parts.count - 1].words.append(placed)
        }
        close(units.count)
        return parts
    }

    /// The word at the times of the recording, in a text that begins later.
    private func placed(_ word: SpokenWord, from offset: Int) -> SpokenWord {
        let index = span(of: word)
        let start = locate(word.startSeconds, in: index)
        return SpokenWord(
            range: max(0, word.range.lowerBound - offset)..<max(0, word.range.upperBound - offset), startSeconds: start,
            endSeconds: max(start, locate(word.endSeconds, in: index)))
    }

    private func span(of word: SpokenWord) -> Int { span(at: (word.startSeconds + word.endSeconds) / 2, isEnd: false) }

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
