import Models

/// Two or three sentences of the call itself, chosen for the topics and the action items that they hold.
struct SummaryRules: Sendable {
    private struct Candidate {
        var order: Int
        var text: String
        var score: Double
    }

    private static let greetings = PhraseTable(Lexicons.greetings)
    private static let farewells = PhraseTable(Lexicons.farewells)

    static func summary(
        of segments: [SpokenSegment], topics: [Analysis.Finding], actionItems: [Analysis.ActionItem]
    ) -> String {
        var candidates: [Candidate] = []
        var seen: Set<String> = []
        let topicWords = topics.map { $0.name.split(separator: " ").map(String.init) }
        for segment in segments {
            for sentence in segment.sentences where seen.insert(sentence.text).inserted {
                guard (5...45).contains(sentence.words.count) else { continue }
                var score = topicWords.reduce(0.0) { $0 + ($1.allSatisfy(sentence.words.contains) ? 2 : 0) }
                if actionItems.contains(where: { sentence.text.hasPrefix($0.text) }) { score += 1.5 }
                if segment.speaker == .customer { score += 0.5 }
                score += abs(SentimentRules.score(of: sentence.words)) / 2
                // Courtesies are in every call and tell nothing of this one.
                if isCourtesy(sentence.words) { score -= 2 }
                if sentence.isQuestion { score -= 0.25 }
                candidates.append(Candidate(order: candidates.count, text: sentence.text, score: score))
            }
        }
        guard !candidates.isEmpty else {
            // Nothing of a useful length: what there is, shortened.
            return String(segments.flatMap(\.sentences).prefix(3).map(\.text).joined(separator: " ").prefix(500))
        }
        let best = candidates.sorted { ($1.score, $0.order) < ($0.score, $1.order) }.prefix(3)
        return best.sorted { $0.order < $1.order }.map { closed($0.text) }.joined(separator: " ")
    }

    private static func isCourtesy(_ words: [String]) -> Bool {
        greetings.hasMatch(in: Array(words.prefix(4))) || farewells.hasMatch(in: words)
    }

    /// Recognisers leave out full stops; a summary without them cannot be read.
    private static func closed(_ text: String) -> String {
        guard let last = text.last, !".!?".contains(last) else { return text }
        return text + "."
    }
}
