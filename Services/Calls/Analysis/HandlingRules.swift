import Models

/// How objections were taken: what the agent answered, and how the customer went on.
struct HandlingRules: Sendable {
    private static let acknowledgements = PhraseTable(Lexicons.acknowledgements)

    static func handling(
        of objections: [Analysis.Finding], in segments: [SpokenSegment]
    ) -> [Analysis.Handling] {
        objections.map { objection in
            var answers: [Int] = []
            var points = 0
            for place in objection.segmentIDs {
                let (ids, score) = answer(to: place, in: segments)
                answers += ids
                points += score
            }
            return Analysis.Handling(
                objection: objection.name, responseSegmentIDs: Array(Set(answers)).sorted(),
                effectiveness: objection.segmentIDs.isEmpty ? 0 : points / objection.segmentIDs.count)
        }
    }

    /// An answer is worth 40, one that takes the objection up 70, and all if the customer was not displeased then.
    private static func answer(to place: Int, in segments: [SpokenSegment]) -> (ids: [Int], score: Int) {
        guard let index = segments.firstIndex(where: { $0.id == place }) else { return ([], 0) }
        let after = segments[(index + 1)...].prefix(6)
        let answers = after.filter { $0.speaker == .agent }.prefix(2)
        guard let last = answers.last else { return ([], 0) }
        guard let taken = answers.first(where: { acknowledgements.hasMatch(in: $0.words) }) else {
            return (answers.map(\.id), 40)
        }
        let reply = after.first { $0.id > last.id && $0.speaker == .customer }
        let isContent = reply.map { SentimentRules.score(of: $0.words) >= 0 } ?? false
        return ([taken.id], isContent ? 100 : 70)
    }
}
