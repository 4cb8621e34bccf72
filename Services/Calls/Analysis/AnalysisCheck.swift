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
        let unavailable = request.speakersUnavailable
        var analysis = Analysis(
            engine: .openAI, model: model,
            summary: try answer.summary.map { (summary) throws(EngineError) in try text(summary, limit: 2_000) },
            sentiment: try answer.sentiment.map { (tone) throws(EngineError) in try sentiment(tone) },
            topics: try findings(answer.topics ?? [], limit: 5),
            actionItems: try actionItems(answer.actionItems ?? []),
            intent: try answer.intent.map { (intent) throws(EngineError) in try finding(intent) },
            objections: try objections(answer.objections ?? []),
            keyMoments: try findings(answer.keyMoments ?? [], limit: 8).sorted { $0.segmentIDs[0] < $1.segmentIDs[0] },
            // Speakers are never guessed, not even by a model.
            quality: unavailable == nil ? try quality(answer.quality) : nil, qualityUnavailableReason: unavailable,
            talk: TalkRules.statistics(of: request), usage: usage)
        analysis.insights = try insights(of: answer, analysis)
        // A model that says more than it was asked is not listened to.
        return analysis.showing(request.features)
    }

    private func sentiment(_ tone: AnalysisAnswer.Sentiment) throws(EngineError) -> Analysis.Sentiment {
        guard tone.score.isFinite, (-1...1).contains(tone.score) else { throw .invalidAnswer }
        return Analysis.Sentiment(score: tone.score, label: tone.label, segmentIDs: try segments(tone.evidence))
    }

    private func insights(
        of answer: AnalysisAnswer, _ analysis: Analysis
    ) throws(EngineError) -> Analysis.Insights {
        let isQualityKnown = analysis.quality != nil
        let scored = Set(analysis.quality?.categories.map(\.key) ?? [])
        return Analysis.Insights(
            segmentSentiments: try tones(answer.segmentSentiments ?? []),
            emotions: try emotions(answer.emotions ?? []),
            emotionsUnavailableReason: request.emotionsUnavailable,
            handling: request.speakersUnavailable == nil ? try handling(answer.objections ?? []) : [],
            dealRisk: try risk(answer.dealRisk), churnRisk: try risk(answer.churnRisk),
            recommendations: try findings(answer.recommendations ?? [], limit: 5),
            coaching: isQualityKnown ? try findings(answer.quality?.coaching ?? [], limit: 5) : [],
            trackers: TrackerRules.hits(of: request.trackers, in: request.transcript),
            rubric: request.rubric.reference,
            unscored: request.rubric.categories.map(\.key).filter { !scored.contains($0) })
    }

    private func tones(_ tones: [AnalysisAnswer.Tone]) throws(EngineError) -> [Analysis.SegmentSentiment] {
        var checked: [Int: Analysis.SegmentSentiment] = [:]
        for tone in tones.prefix(1_000) {
            guard words[tone.segmentID] != nil else { throw AnalysisCheck.notGrounded }
            guard tone.score.isFinite, (-1...1).contains(tone.score) else { throw .invalidAnswer }
            checked[tone.segmentID] = Analysis.SegmentSentiment(
                segmentID: tone.segmentID, score: tone.score, label: SentimentLabel(score: tone.score))
        }
        return checked.values.sorted { $0.segmentID < $1.segmentID }
    }

    /// What nobody may look for is left out, whatever the model found.
    private func emotions(_ feelings: [AnalysisAnswer.Feeling]) throws(EngineError) -> Analysis.Emotions? {
        guard request.findsEmotions else { return nil }
        let said = Dictionary(
            request.transcript.segments.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var moments: [Analysis.Emotions.Moment] = []
        for feeling in feelings.prefix(EmotionRules.momentLimit) {
            guard feeling.intensity.isFinite, (0...1).contains(feeling.intensity) else { throw .invalidAnswer }
            for id in try segments(feeling.evidence) {
                guard let segment = said[id], request.isLookedAt(segment.speaker) else { continue }
                moments.append(
                    Analysis.Emotions.Moment(
                        segmentID: id, startSeconds: segment.startSeconds, speaker: segment.speaker,
                        emotion: feeling.emotion, intensity: feeling.intensity))
            }
        }
        return EmotionRules.emotions(of: moments)
    }

    private func objections(_ objections: [AnalysisAnswer.Objection]) throws(EngineError) -> [Analysis.Finding] {
        try findings(objections.map { AnalysisAnswer.Finding(name: $0.name, evidence: $0.evidence) }, limit: 20)
    }

    private func handling(_ objections: [AnalysisAnswer.Objection]) throws(EngineError) -> [Analysis.Handling] {
        var checked: [Analysis.Handling] = []
        for objection in objections.prefix(20) {
            let effectiveness = objection.effectiveness ?? 0
            guard (0...100).contains(effectiveness) else { throw .invalidAnswer }
            let answers = try segments(objection.response)
            checked.append(
                Analysis.Handling(
                    objection: try text(objection.name, limit: 200), responseSegmentIDs: answers,
                    // An answer that nobody gave has no effect.
                    effectiveness: answers.isEmpty ? 0 : effectiveness))
        }
        return checked
    }

    private func risk(_ risk: AnalysisAnswer.Risk?) throws(EngineError) -> Analysis.Risk? {
        guard let risk else { return nil }
        guard (0...100).contains(risk.score) else { throw .invalidAnswer }
        return Analysis.Risk(score: risk.score, reasons: try findings(risk.reasons, limit: 10))
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

    /// The whole follows from the lines by the rubric's weights; a line that the rubric does not have is left out.
    private func quality(_ quality: AnalysisAnswer.Quality?) throws(EngineError) -> Analysis.Quality? {
        guard let quality else { return nil }
        guard (0...100).contains(quality.score) else { throw .invalidAnswer }
        var categories: [Analysis.Quality.Category] = []
        for category in quality.categories.prefix(20) {
            guard (0...100).contains(category.score) else { throw .invalidAnswer }
            guard let line = request.rubric.category(category.key), !categories.contains(where: { $0.key == line.key })
            else { continue }
            categories.append(
                Analysis.Quality.Category(
                    key: line.key, score: category.score, segmentIDs: try segments(category.evidence),
                    name: line.name, weight: line.weight))
        }
        let score = request.rubric.score(of: categories.map { ($0.key, $0.score) }) ?? quality.score
        return Analysis.Quality(
            score: score, categories: categories, strengths: try findings(quality.strengths, limit: 10),
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
