import Models

/// What was made of a transcript; every finding names the segments that it rests on.
struct Analysis: Codable, Sendable, Equatable {
    struct Sentiment: Codable, Sendable, Equatable {
        /// -1 to 1.
        var score: Double
        var label: SentimentLabel
        var segmentIDs: [Int]
    }

    struct Finding: Codable, Sendable, Equatable {
        var name: String
        var segmentIDs: [Int]
    }

    struct ActionItem: Codable, Sendable, Equatable {
        var text: String
        /// Who is to do it.
        var owner: Speaker
        var dueOn: LocalDate?
        var segmentIDs: [Int]
    }

    struct Quality: Codable, Sendable, Equatable {
        struct Category: Codable, Sendable, Equatable {
            var key: String
            /// 0 to 100.
            var score: Int
            var segmentIDs: [Int]
            /// As the rubric had it.
            var name: String?
            var weight: Int?
        }

        /// 0 to 100.
        var score: Int
        var categories: [Category]
        var strengths: [Finding]
        var improvements: [Finding]
    }

    struct TalkStatistics: Codable, Sendable, Equatable {
        var agentRatio: Double?
        var customerRatio: Double?
        var silenceRatio: Double?
        var longestMonologueSeconds: Double?
        var interruptions: Int?
        var wordsPerMinute: Double?
        /// Why the figures are nil, when they are.
        var unavailableReason: UnavailableReason?
    }

    /// Why something that needs to know who spoke is missing.
    enum UnavailableReason: String, Codable, CaseIterable, Sendable {
        case oneChannel = "one_channel"
        case unknownSpeakers = "unknown_speakers"
        case noSpeech = "no_speech"
    }

    var engine: Engine
    var model: String
    /// Two or three sentences; nil where they were switched off, as the tone is.
    var summary: String?
    var sentiment: Sentiment?
    /// At most five.
    var topics: [Finding]
    var actionItems: [ActionItem]
    var intent: Finding?
    var objections: [Finding]
    var keyMoments: [Finding]
    var quality: Quality?
    var qualityUnavailableReason: UnavailableReason?
    var talk: TalkStatistics
    var usage: EngineUsage
    var insights: Insights?
    /// What was switched off when it was made; nil for nothing.
    var omitted: [AnalysisFeature]?
}
