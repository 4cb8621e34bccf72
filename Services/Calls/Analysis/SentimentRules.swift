import Models

/// The tone of words by a lexicon, with negations and strengtheners before them.
struct SentimentRules: Sendable {
    private static let weights = PhraseTable(Lexicons.sentiment)
    private static let weightOf: [String: Double] = {
        var table: [String: Double] = [:]
        for entry in weights.entries { table[entry.words.joined(separator: " ")] = Double(entry.key) ?? 0 }
        return table
    }()
    private static let negations = Set(Lexicons.words(Lexicons.negations))
    private static let strengtheners = Set(Lexicons.words(Lexicons.strengtheners))

    /// -1 to 1; 0 for words without a tone.
    static func score(of words: [String]) -> Double {
        var sum = 0.0
        for index in words.indices {
            guard var weight = weightOf[words[index]] else { continue }
            let before = words[max(0, index - 3)..<index]
            // A negation takes the tone to the other side, though not as far: "not bad" is no praise.
            if before.contains(where: negations.contains) { weight *= -0.6 }
            if let last = before.last, strengtheners.contains(last) { weight *= 1.4 }
            sum += weight
        }
        // Ever more words of one tone approach the end of the scale and never pass it.
        return sum / (sum * sum + 12).squareRoot()
    }

    static func sentiment(of segments: [SpokenSegment]) -> Analysis.Sentiment {
        let scored = segments.map { (segment: $0, score: SentimentRules.score(of: $0.words)) }.filter { $0.score != 0 }
        guard !scored.isEmpty else { return Analysis.Sentiment(score: 0, label: .neutral, segmentIDs: []) }
        // The customer's tone says more than the politeness that agents are trained in.
        let weight = scored.reduce(0.0) { $0 + share($1.segment) }
        let mean = scored.reduce(0.0) { $0 + share($1.segment) * $1.score } / weight
        let score = max(-1, min(1, (mean * 100).rounded() / 100))
        let label = SentimentLabel(score: score)
        let strongest = scored.filter { label == .neutral || ($0.score > 0) == (score > 0) }
            .sorted { abs($0.score) > abs($1.score) }.prefix(10).map(\.segment.id)
        return Analysis.Sentiment(score: score, label: label, segmentIDs: strongest.sorted())
    }

    /// The segments that have a tone, in the order of time.
    static func bySegment(_ segments: [SpokenSegment]) -> [Analysis.SegmentSentiment] {
        segments.compactMap { segment in
            let score = (SentimentRules.score(of: segment.words) * 100).rounded() / 100
            guard score != 0 else { return nil }
            return Analysis.SegmentSentiment(segmentID: segment.id, score: score, label: SentimentLabel(score: score))
        }
    }

    private static func share(_ segment: SpokenSegment) -> Double { segment.speaker == .customer ? 2 : 1 }
}
