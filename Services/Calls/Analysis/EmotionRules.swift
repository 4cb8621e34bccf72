import Models

/// What was felt, by words that tell of it; whose it was is never guessed.
struct EmotionRules: Sendable {
    private static let table = PhraseTable(Lexicons.emotions)
    /// A journey of more steps is not read by anybody.
    static let momentLimit = 50

    /// Nil where the sides are not known and those of agents are not to be looked at.
    static func emotions(of segments: [SpokenSegment], in request: AnalysisRequest) -> Analysis.Emotions? {
        guard request.findsEmotions else { return nil }
        let starts = Dictionary(
            request.transcript.segments.map { ($0.id, $0.startSeconds) }, uniquingKeysWith: { first, _ in first })
        let moments = segments.filter { request.isLookedAt($0.speaker) }.compactMap { segment in
            moment(of: segment, at: starts[segment.id] ?? 0)
        }
        return emotions(of: moments)
    }

    /// Shares by side, and the journey.
    static func emotions(of moments: [Analysis.Emotions.Moment]) -> Analysis.Emotions {
        var shares: [Analysis.Emotions.Share] = []
        for speaker in Speaker.allCases {
            let felt = moments.filter { $0.speaker == speaker }
            for emotion in Emotion.allCases {
                let these = felt.filter { $0.emotion == emotion }
                guard !these.isEmpty else { continue }
                let share = Double(these.count) / Double(felt.count)
                shares.append(
                    .init(
                        speaker: speaker, emotion: emotion, share: (share * 1_000).rounded() / 1_000,
                        segmentIDs: these.prefix(20).map(\.segmentID)))
            }
        }
        let journey = moments.sorted { ($0.startSeconds, $0.segmentID) < ($1.startSeconds, $1.segmentID) }
        return Analysis.Emotions(shares: shares, journey: Array(journey.prefix(momentLimit)))
    }

    /// The emotion that most words of a segment speak of.
    private static func moment(of segment: SpokenSegment, at start: Double) -> Analysis.Emotions.Moment? {
        var counts: [String: Int] = [:]
        for key in table.matches(in: segment.words) { counts[key, default: 0] += 1 }
        let most = counts.values.max() ?? 0
        guard most > 0, let key = table.keys.first(where: { counts[$0] == most }), let emotion = Emotion(rawValue: key)
        else { return nil }
        let tone = abs(SentimentRules.score(of: segment.words))
        let intensity = min(1, 0.4 + 0.2 * Double(most - 1) + tone / 2)
        return Analysis.Emotions.Moment(
            segmentID: segment.id, startSeconds: start, speaker: segment.speaker, emotion: emotion,
            intensity: (intensity * 100).rounded() / 100)
    }
}

extension AnalysisRequest {
    /// Whether emotions are looked for at all: not in words that may be an agent's, unless the tenant wants it.
    var findsEmotions: Bool { looksAtAgents || speakersUnavailable == nil }

    /// Whether what this side feels is looked for.
    func isLookedAt(_ speaker: Speaker) -> Bool { looksAtAgents || speaker == .customer }

    /// Why there are no emotions; nil when there may be some.
    var emotionsUnavailable: Analysis.UnavailableReason? { findsEmotions ? nil : speakersUnavailable }
}
