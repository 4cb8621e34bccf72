import Models

/// Who made a result: one of the two implementations, the call's own provider, or one that another release knows.
///
/// Not an enumeration, so that what a newer release has written beside this one can be read and shown.
struct Engine: RawRepresentable, Codable, CaseIterable, Hashable, Sendable {
    let rawValue: String

    static let openAI = Engine(rawValue: "openai")
    static let local = Engine(rawValue: "local")
    /// Wrote it down itself; `model` names it.
    static let provider = Engine(rawValue: "provider")

    /// Those that work here, of which operators and tenants choose.
    static let allCases: [Engine] = [.openAI, .local]
}

/// What a remote engine counted, and what that cost by the prices of the settings.
struct EngineUsage: Codable, Sendable, Equatable {
    var requests = 0
    var audioSeconds = 0.0
    var inputTokens = 0
    var cachedInputTokens = 0
    var outputTokens = 0
    /// Millionths of a US dollar; nil where no price is set.
    var costMicros: Int?

    mutating func add(_ other: EngineUsage) {
        requests += other.requests
        audioSeconds += other.audioSeconds
        inputTokens += other.inputTokens
        cachedInputTokens += other.cachedInputTokens
        outputTokens += other.outputTokens
        if let cost = other.costMicros { costMicros = (costMicros ?? 0) + cost }
    }
}

/// What was said in a call, by whom and when, in the order of time.
struct Transcript: Codable, Sendable, Equatable {
    struct Segment: Codable, Sendable, Equatable {
        /// From 0, in order; findings of the analysis name it.
        var id: Int
        var channel: Int
        var speaker: Speaker
        var startSeconds: Double
        var endSeconds: Double
        var text: String
        /// The engine itself was not sure that this was said.
        var isDoubtful: Bool
        /// Where in the text and when each word was spoken; empty where the engine does not say, and in what was stored.
        var words: [SpokenWord] = []

        // Times of words are for what happens between hearing and keeping; they would double what is kept.
        private enum CodingKeys: String, CodingKey {
            case id, channel, speaker, startSeconds, endSeconds, text, isDoubtful
        }
    }

    /// The code that was asked for or found, without a region: `en`.
    var language: String
    var engine: Engine
    var model: String
    var segments: [Segment]
    var usage: EngineUsage

    /// Whether the two sides of the conversation are known.
    var hasKnownSpeakers: Bool { segments.contains { $0.speaker != .unknown } }

    var text: String { segments.map(\.text).joined(separator: "\n") }
}

extension Transcript {
    /// The same as a part of something longer.
    func shifted(by seconds: Double) -> Transcript {
        guard seconds != 0 else { return self }
        var shifted = self
        for index in shifted.segments.indices {
            shifted.segments[index].startSeconds += seconds
            shifted.segments[index].endSeconds += seconds
            for word in shifted.segments[index].words.indices {
                shifted.segments[index].words[word].startSeconds += seconds
                shifted.segments[index].words[word].endSeconds += seconds
            }
        }
        return shifted
    }

    /// Puts what was heard in several files together, in the order of time; throws for none.
    init(joining parts: [Transcript]) throws(EngineError) {
        guard var joined = parts.first else {
            throw EngineError("recording_missing", "The stored recording is not there.")
        }
        for part in parts.dropFirst() {
            joined.segments += part.segments
            joined.usage.add(part.usage)
        }
        joined.segments.sort {
            ($0.startSeconds, $0.channel, $0.endSeconds) < ($1.startSeconds, $1.channel, $1.endSeconds)
        }
        for index in joined.segments.indices { joined.segments[index].id = index }
        self = joined
    }
}
