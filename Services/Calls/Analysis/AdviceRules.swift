import Models

/// What to do after a call, and what the agent might do differently, in sentences for what the rules found.
struct AdviceRules: Sendable {
    private static let sentences = table(Lexicons.advice)
    private static let coachings = table(Lexicons.coaching)

    /// The most pressing first, five at most.
    static func recommendations(
        deal: Analysis.Risk?, churn: Analysis.Risk?, actionItems: [Analysis.ActionItem]
    ) -> [Analysis.Finding] {
        var found: [Analysis.Finding] = []
        for reason in (churn?.reasons ?? []) + (deal?.reasons ?? []) {
            guard let sentence = sentences[reason.name], !found.contains(where: { $0.name == sentence }) else {
                continue
            }
            found.append(Analysis.Finding(name: sentence, segmentIDs: reason.segmentIDs))
        }
        if let item = actionItems.first(where: { $0.owner == .agent }), let sentence = sentences["promise"] {
            found.append(Analysis.Finding(name: sentence, segmentIDs: item.segmentIDs))
        }
        return Array(found.prefix(5))
    }

    /// One sentence for each line that went badly.
    static func coaching(of quality: Analysis.Quality?, by rubric: Rubric) -> [Analysis.Finding] {
        (quality?.categories ?? []).filter { $0.score < 60 }.sorted { $0.score < $1.score }.prefix(5).map { category in
            let sentence =
                coachings[category.key] ?? "Work on \"\(rubric.category(category.key)?.name ?? category.key)\"."
            return Analysis.Finding(name: sentence, segmentIDs: category.segmentIDs)
        }
    }

    private static func table(_ text: StaticString) -> [String: String] {
        var table: [String: String] = [:]
        for line in "\(text)".split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            table[String(line[..<colon])] = line[line.index(after: colon)...].trimmed
        }
        return table
    }
}
