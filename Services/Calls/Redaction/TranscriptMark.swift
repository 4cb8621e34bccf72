/// A part of a segment's text that is to go.
struct TranscriptMark: Sendable, Equatable {
    /// The place of the segment in the transcript.
    var segment: Int
    /// In UTF-16 units of its text.
    var range: Range<Int>

    /// From the first of some words to the last, in each of their segments.
    static func spanning(_ items: some Sequence<SpokenDigits.Item>) -> [TranscriptMark] {
        var marks: [TranscriptMark] = []
        for item in items {
            if let last = marks.last, last.segment == item.segment {
                let lower = min(last.range.lowerBound, item.range.lowerBound)
                marks[marks.count - 1].range = lower..<max(last.range.upperBound, item.range.upperBound)
            } else {
                marks.append(TranscriptMark(segment: item.segment, range: item.range))
            }
        }
        return marks
    }
}

extension Transcript {
    /// Without what is marked; when the words that stay were spoken is not known afterwards.
    func without(_ marks: [TranscriptMark]) -> Transcript {
        var copy = self
        for (index, own) in Dictionary(grouping: marks, by: \.segment) where copy.segments.indices.contains(index) {
            let units = Array(copy.segments[index].text.utf16)
            var text = ""
            var from = 0
            for range in Self.joined(own.map(\.range)) {
                text += String(decoding: units[from..<min(range.lowerBound, units.count)], as: UTF16.self)
                text += CardNumberRules.mark
                from = min(range.upperBound, units.count)
            }
            copy.segments[index].text = text + String(decoding: units[from...], as: UTF16.self)
            copy.segments[index].words = []
        }
        return copy
    }

    /// What lies in silent spans: the words whose middle does, and segments without times of words as a whole.
    func marks(in spans: [SilentSpan]) -> [TranscriptMark] {
        guard !spans.isEmpty else { return [] }
        var marks: [TranscriptMark] = []
        for (index, segment) in segments.enumerated() {
            let own = spans.filter { $0.channel ?? segment.channel == segment.channel }
            if segment.words.isEmpty {
                let isSilent = own.contains { span in
                    min(segment.endSeconds, span.endSeconds) - max(segment.startSeconds, span.startSeconds) > 0.05
                }
                let length = segment.text.utf16.count
                if isSilent, length > 0 { marks.append(TranscriptMark(segment: index, range: 0..<length)) }
                continue
            }
            var isAfterSilent = false
            for word in segment.words {
                let middle = (word.startSeconds + word.endSeconds) / 2
                let isSilent = own.contains { $0.startSeconds <= middle && middle <= $0.endSeconds }
                if isSilent {
                    // Words in a row are one mark, with the spaces between them.
                    if isAfterSilent, let last = marks.last {
                        marks[marks.count - 1].range =
                            last.range.lowerBound..<max(last.range.upperBound, word.range.upperBound)
                    } else {
                        marks.append(TranscriptMark(segment: index, range: word.range))
                    }
                }
                isAfterSilent = isSilent
            }
        }
        return marks
    }

    /// Without the words that lie in silent spans.
    func silenced(in spans: [SilentSpan]) -> Transcript { without(marks(in: spans)) }

    /// In order, with what overlaps or touches as one.
    private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var joined: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return joined
    }
}
