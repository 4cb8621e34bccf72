/// What was talked about: runs of words between function words, by how often and with how many others they stand.
struct TopicRules: Sendable {
    private static let stopWords = Set(Lexicons.words(Lexicons.stopWords))
    private static let longest = 3

    private struct Phrase {
        var uses = 0
        var segmentIDs: [Int] = []
        var score = 0.0
    }

    /// At most `limit`, the best first.
    static func topics(of segments: [SpokenSegment], limit: Int = 5) -> [Analysis.Finding] {
        var phrases: [[String]: Phrase] = [:]
        var uses: [String: Int] = [:]
        var company: [String: Int] = [:]
        for segment in segments {
            for sentence in segment.sentences {
                for run in runs(of: sentence.words) {
                    for word in run {
                        uses[word, default: 0] += 1
                        company[word, default: 0] += run.count
                    }
                    for phrase in parts(of: run) {
                        phrases[phrase, default: Phrase()].uses += 1
                        if phrases[phrase]?.segmentIDs.last != segment.id {
                            phrases[phrase]?.segmentIDs.append(segment.id)
                        }
                    }
                }
            }
        }
        for (words, phrase) in phrases {
            let degree = words.reduce(0.0) { $0 + Double(company[$1] ?? 0) / Double(uses[$1] ?? 1) }
            phrases[words]?.score = degree * Double(phrase.uses) * (phrase.uses > 1 ? 1.5 : 1)
        }
        return choose(phrases, limit: limit)
    }

    /// Prefers the score, then the earlier use; a phrase that shares words with a chosen one says nothing more.
    private static func choose(_ phrases: [[String]: Phrase], limit: Int) -> [Analysis.Finding] {
        let ranked = phrases.filter { $0.value.uses > 1 || $0.key.count > 1 }.sorted { one, other in
            if one.value.score != other.value.score { return one.value.score > other.value.score }
            let (first, second) = (one.value.segmentIDs.first ?? 0, other.value.segmentIDs.first ?? 0)
            return first != second ? first < second : one.key.lexicographicallyPrecedes(other.key)
        }
        var taken: Set<String> = []
        var topics: [Analysis.Finding] = []
        for (words, phrase) in ranked where topics.count < limit {
            guard taken.isDisjoint(with: words) else { continue }
            taken.formUnion(words)
            topics.append(
                Analysis.Finding(name: words.joined(separator: " "), segmentIDs: Array(phrase.segmentIDs.prefix(20))))
        }
        return topics
    }

    private static func runs(of words: [String]) -> [[String]] {
        words.split { stopWords.contains($0) || $0.count < 3 || !($0.first?.isLetter ?? false) }.map(Array.init)
    }

    /// The run itself when it is short, else its stretches of the longest length that is taken.
    private static func parts(of run: [String]) -> [[String]] {
        guard run.count > 1 else { return [run] }
        let length = min(run.count, longest)
        return (0...run.count - length).map { Array(run[$0..<$0 + length]) }
            + (run.count == 2 ? [] : (0..<run.count - 1).map { Array(run[$0...$0 + 1]) }) + run.map { [$0] }
    }
}
