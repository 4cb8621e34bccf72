import Jobs
import Models
import Postgres

/// Takes what a provider, or a tenant's software, tells of a call while it runs.
///
/// For adapters of providers as for the route: words are checked for cards' numbers, and what comes without a tone gets
/// one by the rules, words that may change too, where the rules know the language.
struct LiveTranscript: Sendable {
    let store: LiveStore

    /// The place of the last update.
    func take(
        _ updates: [CallsAPI.LiveUpdate], of call: Call, settings: EffectiveSettings, in tenant: TenantID
    ) async throws -> Int64 {
        let redacts = settings[Settings.redactsCardNumbers]
        let hasTone = settings.analysisFeatures.contains(.sentiment)
        let told = updates.filter { hasTone || $0.kind != .sentiment }.map { update in
            var update = update
            if let text = update.text, redacts { update.text = Self.redacted(text) }
            guard hasTone else {
                (update.sentimentScore, update.sentimentLabel) = (nil, nil)
                return update
            }
            if update.sentimentScore == nil, let text = update.text, Self.isEnglish(text, in: call) {
                let score = SentimentRules.score(of: WordCutter.cut(text).map(\.text))
                update.sentimentScore = (score * 100).rounded() / 100
            }
            if let score = update.sentimentScore, update.sentimentLabel == nil {
                update.sentimentLabel = SentimentLabel(score: score)
            }
            return update
        }
        return try await store.append(told, to: call.id, in: tenant)
    }

    /// What nobody has named is told from the words, where they are enough; else it is taken for English.
    private static func isEnglish(_ text: String, in call: Call) -> Bool {
        let language = call.language ?? LanguageDetector.language(of: text) ?? "en"
        return language.lowercased().hasPrefix("en")
    }

    private static func redacted(_ text: String) -> String {
        let segment = Transcript.Segment(
            id: 0, channel: 0, speaker: .unknown, startSeconds: 0, endSeconds: 0, text: text, isDoubtful: false)
        let transcript = Transcript(
            language: "und", engine: .local, model: "", segments: [segment], usage: EngineUsage())
        return CardNumberRules.redact(transcript).transcript.segments[0].text
    }
}

/// Removes what was told of calls that ended long ago, or whose end nobody told.
struct ClearLiveUpdatesJob: Job {
    static let kind = "clear_live_updates"
}
