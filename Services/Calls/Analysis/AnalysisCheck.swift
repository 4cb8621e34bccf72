import Models

/// Holds a model's answer against the transcript: figures in their ranges, segments that exist, quotes that were said.
struct AnalysisCheck {
    static let notGrounded = EngineError(
        "analysis_not_grounded", "The model named words that are not in the transcript.", isRetryable: true)

    private let request: AnalysisRequest
    /// The words of each segment between single spaces, with one at both ends.
    private let words: [Int: String]

    init(request: AnalysisRequest) {
        self.request = request
        words = Dictionary(
            request.transcript.segments.map { ($0.id, AnalysisCheck.normalised($0.text)) },
            uniquingKeysWith: { first, _ in first })
    }

    func analysis(
        of answer: AnalysisAnswer, model: String, usage: EngineUsage
    ) throws(EngineError) -> Analysis {
        guard answer.sentiment.score.isFinite, (-1...1).contains(answer.sentiment.score) else { throw .invalidAnswer }
        let unavailable = request.speakersUnavailable
        return Analysis(
            engine: .openAI, model: model, summary: try text(answer.summary, limit: 2_000),
            sentiment: Analysis.Sentiment(
                score: answer.sentiment.score, label: answer.sentiment.label,
                segmentIDs: try segments(answer.sentiment.evidence)),
            topics: try findings(answer.topics, limit: 5), actionItems: try actionItems(answer.actionItems),
            intent: try answer.intent.map { (intent) throws(EngineError) in try finding(intent) },
            objections: try findings(answer.objections, limit: 20),
            keyMoments: try findings(answer.keyMoments, limit: 8).sorted { ($0.segmentIDs[0]) < ($1.segmentIDs[0]) },
            // Speakers are never guessed, not even by a model.
            quality: unavailable == nil ? try quality(answer.quality) : nil, qualityUnavailableReason: unavailable,
            talk: TalkRules.statistics(of: request), usage: usage)
    }

    private func findings(
        _ findings: [AnalysisAnswer.Finding], limit: Int
    ) throws(EngineError) -> [Analysis.Finding] {
        var checked: [Analysis.Finding] = []
        for one in findings.prefix(limit) { checked.append(try finding(one)) }
        return checked
    }

    private func finding(_ finding: AnalysisAnswer.Finding) throws(EngineError) -> Analysis.Finding {
        let ids = try segments(finding.evidence)
        guard !ids.isEmpty else { throw AnalysisCheck.notGrounded }
        return Analysis.Finding(name: try text(finding.name, limit: 200), segmentIDs: ids)
    }

    private func actionItems(_ items: [AnalysisAnswer.ActionItem]) throws(EngineError) -> [Analysis.ActionItem] {
        var checked: [Analysis.ActionItem] = []
        for item in items.prefix(20) {
            let ids = try segments(item.evidence)
            guard !ids.isEmpty else { throw AnalysisCheck.notGrounded }
            checked.append(
                Analysis.ActionItem(
                    text: try text(item.text, limit: 500), owner: request.separateChannels < 2 ? .unknown : item.owner,
                    dueOn: day(item.dueOn), segmentIDs: ids))
        }
        return checked
    }

    private func quality(_ quality: AnalysisAnswer.Quality?) throws(EngineError) -> Analysis.Quality? {
        guard let quality else { return nil }
        guard (0...100).contains(quality.score) else { throw .invalidAnswer }
        var categories: [Analysis.Quality.Category] = []
        for category in quality.categories.prefix(20) {
            guard (0...100).contains(category.score) else { throw .invalidAnswer }
            categories.append(
                Analysis.Quality.Category(
                    key: try text(category.key, limit: 60), score: category.score,
                    segmentIDs: try segments(category.evidence)))
        }
        return Analysis.Quality(
            score: quality.score, categories: categories, strengths: try findings(quality.strengths, limit: 10),
            improvements: try findings(quality.improvements, limit: 10))
    }

    /// The segments that a finding rests on, each proved by its quote.
    private func segments(_ evidence: [AnalysisAnswer.Evidence]) throws(EngineError) -> [Int] {
        var ids: Set<Int> = []
        for one in evidence.prefix(50) {
            let quote = AnalysisCheck.normalised(one.quote)
            guard let said = words[one.segmentID], quote.count > 2, said.contains(quote) else {
                throw AnalysisCheck.notGrounded
            }
            ids.insert(one.segmentID)
        }
        return ids.sorted()
    }

    /// A day that is none, or that was over when the call was, is left out.
    private func day(_ text: String?) -> LocalDate? {
        guard let text else { return nil }
        do {
            let day = try LocalDate(jsonText: text)
            return day >= request.callDate ? day : nil
        } catch {
            return nil
        }
    }

    private func text(_ text: String, limit: Int) throws(EngineError) -> String {
        let trimmed = text.trimmed
        guard !trimmed.isEmpty else { throw .invalidAnswer }
        return String(trimmed.prefix(limit))
    }

    /// As search sees it: case, punctuation and white space do not decide whether something was said.
    private static func normalised(_ text: String) -> String {
        " " + WordCutter.cut(text).map(\.text).joined(separator: " ") + " "
    }
}
