import Models

/// Analyses a transcript by rules and lexicons in this process: no key, no network, and only a preview of what a
/// language model does.
///
/// The rules know English; a transcript in another language is refused, since its figures would mean nothing.
struct LocalAnalyzer: Analyzer {
    /// Stands with the results, so that figures made by other rules can be told apart.
    static let model = "rules-2"
    var engine: Engine { .local }
    var model: String { Self.model }

    func analyze(_ request: AnalysisRequest) async throws(EngineError) -> Analysis {
        guard request.transcript.language == "en" || request.transcript.segments.isEmpty else {
            throw EngineError("language_unsupported", "The local analysis knows English only.")
        }
        return LocalAnalyzer.analysis(of: request)
    }

    /// What is switched off is worked out where something else follows from it, and left out here.
    static func analysis(of request: AnalysisRequest) -> Analysis { whole(of: request).showing(request.features) }

    private static func whole(of request: AnalysisRequest) -> Analysis {
        let segments = request.transcript.segments.map(SpokenSegment.init)
        let topics = TopicRules.topics(of: segments)
        let actionItems = ActionItemRules.items(of: segments, callDate: request.callDate)
        let objections = FindingRules.objections(of: segments)
        let talk = TalkRules.statistics(of: request)
        let sentiment = SentimentRules.sentiment(of: segments)
        let unavailable = request.speakersUnavailable
        var analysis = Analysis(
            engine: .local, model: model,
            summary: segments.isEmpty
                ? "No speech was recognised in this call."
                : SummaryRules.summary(of: segments, topics: topics, actionItems: actionItems),
            sentiment: sentiment, topics: topics, actionItems: actionItems, intent: FindingRules.intent(of: segments),
            objections: objections, keyMoments: FindingRules.keyMoments(of: segments, objections: objections),
            quality: unavailable == nil
                ? QualityRules(segments: segments, talk: talk, objections: objections, rubric: request.rubric).quality()
                : nil,
            qualityUnavailableReason: unavailable, talk: talk, usage: EngineUsage())
        analysis.insights = insights(of: segments, analysis, request)
        return analysis
    }

    /// What goes beyond the first findings, made of them.
    private static func insights(
        of segments: [SpokenSegment], _ analysis: Analysis, _ request: AnalysisRequest
    ) -> Analysis.Insights {
        let handling =
            request.speakersUnavailable == nil ? HandlingRules.handling(of: analysis.objections, in: segments) : []
        let risks = RiskRules(
            segments: segments,
            sentiment: analysis.sentiment ?? Analysis.Sentiment(score: 0, label: .neutral, segmentIDs: []),
            intent: analysis.intent,
            objections: analysis.objections, handling: handling)
        let (deal, churn) = (risks.dealRisk(), risks.churnRisk())
        let scored = Set(analysis.quality?.categories.map(\.key) ?? [])
        return Analysis.Insights(
            segmentSentiments: SentimentRules.bySegment(segments),
            emotions: EmotionRules.emotions(of: segments, in: request),
            emotionsUnavailableReason: request.emotionsUnavailable, handling: handling, dealRisk: deal,
            churnRisk: churn,
            recommendations: AdviceRules.recommendations(
                deal: deal, churn: churn, actionItems: analysis.actionItems),
            coaching: AdviceRules.coaching(of: analysis.quality, by: request.rubric),
            trackers: TrackerRules.hits(of: request.trackers, in: request.transcript),
            rubric: request.rubric.reference,
            unscored: request.rubric.categories.map(\.key).filter { !scored.contains($0) })
    }
}
