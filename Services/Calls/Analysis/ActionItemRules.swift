import Models

/// Promises and requests in what was said: who is to do what by when.
struct ActionItemRules: Sendable {
    private static let commitments = PhraseTable(Lexicons.commitments)
    private static let requests = PhraseTable(Lexicons.requests)
    private static let verbs = Set(Lexicons.words(Lexicons.actionVerbs))
    private static let phrases = PhraseTable(Lexicons.actionPhrases)
    private static let limit = 20

    static func items(of segments: [SpokenSegment], callDate: LocalDate) -> [Analysis.ActionItem] {
        let dates = DueDateRules(callDate: callDate)
        var items: [Analysis.ActionItem] = []
        for segment in segments {
            for sentence in segment.sentences {
                guard items.count < limit else { return items }
                guard let owner = owner(of: sentence, saidBy: segment.speaker) else { continue }
                let text = String(sentence.text.prefix(240))
                if let index = items.firstIndex(where: { $0.text == text && $0.owner == owner }) {
                    if items[index].segmentIDs.last != segment.id { items[index].segmentIDs.append(segment.id) }
                } else {
                    items.append(
                        Analysis.ActionItem(
                            text: text, owner: owner, dueOn: dates.day(in: sentence.words), segmentIDs: [segment.id]))
                }
            }
        }
        return items
    }

    /// Nil for a sentence that asks nobody to do anything.
    private static func owner(of sentence: SpokenSegment.Sentence, saidBy speaker: Speaker) -> Speaker? {
        let words = sentence.words
        guard words.count >= 4 else { return nil }
        // A question of the kind "shall I send it?" is no promise yet.
        if !sentence.isQuestion, hasAction(after: commitments, in: words) { return speaker }
        if hasAction(after: requests, in: words) {
            switch speaker {
            case .agent: return .customer
            case .customer: return .agent
            case .unknown: return .unknown
            }
        }
        return nil
    }

    /// A verb of doing within the three words after the phrase: "I'll just quickly send".
    private static func hasAction(after table: PhraseTable, in words: [String]) -> Bool {
        words.indices.contains { index in
            let lengths = table.entries.filter { words[index...].starts(with: $0.words) }.map(\.words.count)
            guard let length = lengths.max() else { return false }
            let start = index + length
            return words.indices[min(start, words.endIndex)...].prefix(4).contains { isAction(at: $0, in: words) }
        }
    }

    private static func isAction(at index: Int, in words: [String]) -> Bool {
        guard verbs.contains(words[index]) else { return false }
        let needed = phrases.entries.filter { $0.key == words[index] }
        return needed.isEmpty || needed.contains { words[index...].starts(with: $0.words) }
    }
}
