import Models

/// What a provider's reports say of a call that runs, in the order in which they came.
struct LiveWords: Sendable {
    private static let mostCharacters = 5_000
    private static let longestCall = 86_400.0

    /// All that was said so far, where the provider tells the whole again and again; its last segment may still change.
    private let transcript: ProvidedTranscript?
    /// What was said one by one.
    private let speeches: [LiveSpeech]

    init(_ speeches: [LiveSpeech], _ transcript: ProvidedTranscript?) {
        self.transcript = transcript
        self.speeches = speeches
    }

    var isEmpty: Bool { transcript == nil && speeches.isEmpty }
    var language: String? { transcript?.language }

    /// What is new for whoever has heard so many segments.
    func updates(after heard: Int) -> [CallsAPI.LiveUpdate] {
        let rest = transcript?.segments.dropFirst(heard) ?? []
        let whole = rest.enumerated().map { index, segment in
            CallsAPI.LiveUpdate(
                kind: index < rest.count - 1 ? .segment : .partial, speaker: segment.speaker,
                text: Self.limited(segment.text), startSeconds: Self.limited(segment.startSeconds),
                endSeconds: Self.limited(segment.endSeconds))
        }
        return whole + speeches.flatMap(Self.updates(of:))
    }

    private static func updates(of speech: LiveSpeech) -> [CallsAPI.LiveUpdate] {
        var updates: [CallsAPI.LiveUpdate] = []
        if let text = speech.text {
            updates.append(
                CallsAPI.LiveUpdate(
                    kind: speech.isFinal ? .segment : .partial, speaker: speech.speaker, text: limited(text)))
        }
        if let score = speech.sentimentScore, (-1...1).contains(score) {
            updates.append(CallsAPI.LiveUpdate(kind: .sentiment, sentimentScore: score))
        }
        return updates
    }

    private static func limited(_ text: String) -> String { String(text.prefix(mostCharacters)) }

    private static func limited(_ seconds: Double) -> Double? {
        (0...longestCall).contains(seconds) ? seconds : nil
    }
}
