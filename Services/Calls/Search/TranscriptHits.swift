import Models

/// Where the words of a search were said, with what stands around them.
struct TranscriptHits {
    /// How many UTF-16 units of text a hit shows before and after the first word that was found.
    private static let around = 80

    private let terms: [WordQuery.Term]
    /// The words as plain text may have them, to pass by segments that hold none; nil when only cutting can tell.
    private let plain: [String]?

    init(_ query: WordQuery) {
        terms = query.terms
        let isPlain = query.terms.allSatisfy { term in term.word.utf8.allSatisfy { $0 < 0x80 } }
        plain = isPlain ? query.terms.map(\.word) : nil
    }

    /// The first hits in order, and whether there are more.
    func find(in segments: [Transcript.Segment], limit: Int) -> (hits: [CallsAPI.TranscriptHit], isCut: Bool) {
        var hits: [CallsAPI.TranscriptHit] = []
        for segment in segments where mayHold(segment.text) {
            guard let parts = parts(of: segment.text) else { continue }
            guard hits.count < limit else { return (hits, true) }
            hits.append(
                CallsAPI.TranscriptHit(
                    segmentID: segment.id, speaker: segment.speaker, startSeconds: segment.startSeconds,
                    endSeconds: segment.endSeconds, parts: parts))
        }
        guard hits.isEmpty, plain != nil else { return (hits, false) }
        // Full-width letters and the like are found by their folded form alone.
        return TranscriptHits(terms: terms).find(in: segments, limit: limit)
    }

    private init(terms: [WordQuery.Term]) {
        self.terms = terms
        plain = nil
    }

    private func mayHold(_ text: String) -> Bool {
        guard let plain else { return true }
        let bytes = Array(text.utf8)
        return plain.contains { Self.holds(bytes, Array($0.utf8)) }
    }

    /// Whether lower-case ASCII occurs in a text, whatever its capitals.
    private static func holds(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard let first = word.first, word.count <= text.count else { return false }
        func lower(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 0x20 : byte }
        for start in 0...(text.count - word.count) where lower(text[start]) == first {
            if (1..<word.count).allSatisfy({ lower(text[start + $0]) == word[$0] }) { return true }
        }
        return false
    }

    private func isHit(_ word: String) -> Bool {
        terms.contains { $0.isPrefix ? word.hasPrefix($0.word) : word == $0.word }
    }

    /// Nil when none of the words is in the text.
    private func parts(of text: String) -> [CallsAPI.TranscriptHit.Part]? {
        let hits = WordCutter.cut(text).filter { isHit($0.text) }.map(\.range)
        guard let first = hits.first else { return nil }
        let units = Array(text.utf16)
        let start = Self.boundary(max(0, first.lowerBound - Self.around), in: units)
        let end = Self.boundary(min(units.count, first.upperBound + Self.around), in: units)
        var parts: [CallsAPI.TranscriptHit.Part] = []
        var at = start
        func add(_ range: Range<Int>, _ isHit: Bool) {
            guard !range.isEmpty else { return }
            let piece = String(decoding: units[range], as: UTF16.self)
            // Unspaced writing may be cut into more words than were typed.
            if isHit, let last = parts.indices.last, parts[last].isHit {
                parts[last].text += piece
            } else {
                parts.append(CallsAPI.TranscriptHit.Part(text: piece, isHit: isHit))
            }
        }
        for hit in hits where hit.upperBound <= end {
            add(at..<hit.lowerBound, false)
            add(hit, true)
            at = hit.upperBound
        }
        add(at..<end, false)
        if start > 0 { parts[0].text = "…" + parts[0].text }
        if end < units.count { parts[parts.count - 1].text += "…" }
        return parts
    }

    /// The next place at or after `index` where no character of two units is cut.
    private static func boundary(_ index: Int, in units: [UInt16]) -> Int {
        index < units.count && UTF16.isTrailSurrogate(units[index]) ? index + 1 : index
    }
}
