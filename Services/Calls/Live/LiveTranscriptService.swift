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
        let told = updates.compactMap {
            Self.completed($0, language: call.language, redacts: redacts, hasTone: hasTone)
        }
        return try await store.append(told, to: call.id, in: tenant)
    }

    /// Goes on with what a provider says of a call that runs, in the transaction that takes it in and has locked the call.
    ///
    /// `isFollowed` says whether anything was told before. With the end of the call its words end: whole they are in the
    /// transcript.
    static func follow(
        _ words: LiveWords, of call: Call, isFollowed: Bool, redacts: Bool, hasTone: Bool, in tenant: TenantID,
        _ transaction: Transaction
    ) async throws {
        let isOver = call.status.isOver
        guard call.origin == .live, call.deletedAt == nil, isOver ? isFollowed : !words.isEmpty else { return }
        let told =
            isFollowed ? try await LiveStore.told(of: call.id, in: tenant, transaction) : (segments: 0, isEnded: false)
        guard !told.isEnded else { return }
        var updates = isOver ? [] : words.updates(after: told.segments)
        updates = updates.compactMap {
            completed($0, language: words.language ?? call.language, redacts: redacts, hasTone: hasTone)
        }
        if isOver { updates.append(CallsAPI.LiveUpdate(kind: .ended)) }
        guard !updates.isEmpty else { return }
        _ = try await LiveStore.append(updates, to: call.id, in: tenant, transaction)
    }

    /// Nil for a tone that nobody wants.
    private static func completed(
        _ update: CallsAPI.LiveUpdate, language: String?, redacts: Bool, hasTone: Bool
    ) -> CallsAPI.LiveUpdate? {
        guard hasTone || update.kind != .sentiment else { return nil }
        var update = update
        if let text = update.text, redacts { update.text = CardNumberRules.redact(text) }
        guard hasTone else {
            (update.sentimentScore, update.sentimentLabel) = (nil, nil)
            return update
        }
        if update.sentimentScore == nil, let text = update.text, isEnglish(text, language) {
            let score = SentimentRules.score(of: WordCutter.cut(text).map(\.text))
            update.sentimentScore = (score * 100).rounded() / 100
        }
        if let score = update.sentimentScore, update.sentimentLabel == nil {
            update.sentimentLabel = SentimentLabel(score: score)
        }
        return update
    }

    /// What nobody has named is told from the words, where they are enough; else it is taken for English.
    private static func isEnglish(_ text: String, _ language: String?) -> Bool {
        let language = language ?? LanguageDetector.language(of: text) ?? "en"
        return language.lowercased().hasPrefix("en")
    }
}

/// Removes what was told of calls that ended long ago, or whose end nobody told.
struct ClearLiveUpdatesJob: Job {
    static let kind = "clear_live_updates"
}
