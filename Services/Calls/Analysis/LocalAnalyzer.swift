/// Analyses a transcript by rules and lexicons in this process: no key, no network, and only a preview of what a
/// language model does.
///
/// The rules know English; a transcript in another language is refused, since its figures would mean nothing.
struct LocalAnalyzer: Analyzer {
    /// Stands with the results, so that figures made by other rules can be told apart.
    static let model = "rules-1"

    func analyze(_ request: AnalysisRequest) async throws(EngineError) -> Analysis {
        guard request.transcript.language == "en" || request.transcript.segments.isEmpty else {
            throw EngineError("language_unsupported", "The local analysis knows English only.")
        }
        return LocalAnalyzer.analysis(of: request)
    }

    static func analysis(of request: AnalysisRequest) -> Analysis {
        let segments = request.transcript.segments.map(SpokenSegment.init)
        let topics = TopicRules.topics(of: segments)
        let actionItems = ActionItemRules.items(of: segments, callDate: request.callDate)
        let objections = FindingRules.objections(of: segments)
        let talk = TalkRules.statistics(of: request)
        let unavailable = request.speakersUnavailable
        return Analysis(
            engine: .local, model: model,
            summary: segments.isEmpty
                ? "No speech was recognised in this call."
                : SummaryRules.summary(of: segments, topics: topics, actionItems: actionItems),
            sentiment: SentimentRules.sentiment(of: segments), topics: topics, actionItems: actionItems,
            intent: FindingRules.intent(of: segments), objections: objections,
            keyMoments: FindingRules.keyMoments(of: segments, objections: objections),
            quality: unavailable == nil
                ? QualityRules(segments: segments, talk: talk, objections: objections).quality() : nil,
            qualityUnavailableReason: unavailable, talk: talk, usage: EngineUsage())
    }
}
