import Models

extension Analysis {
    /// What is made of a call beside its first findings; missing in analyses from before it was looked for.
    struct Insights: Codable, Sendable, Equatable {
        /// Those that have a tone.
        var segmentSentiments: [SegmentSentiment] = []
        var emotions: Emotions?
        var emotionsUnavailableReason: UnavailableReason?
        var handling: [Handling] = []
        var dealRisk: Risk?
        var churnRisk: Risk?
        var recommendations: [Finding] = []
        var coaching: [Finding] = []
        var trackers: [TrackerHit] = []
        var rubric: RubricReference?
        /// Lines of the rubric that were not judged.
        var unscored: [String] = []
    }

    struct SegmentSentiment: Codable, Sendable, Equatable {
        var segmentID: Int
        var score: Double
        var label: SentimentLabel
    }

    struct Emotions: Codable, Sendable, Equatable {
        struct Share: Codable, Sendable, Equatable {
            var speaker: Speaker
            var emotion: Emotion
            var share: Double
            var segmentIDs: [Int]
        }

        struct Moment: Codable, Sendable, Equatable {
            var segmentID: Int
            var startSeconds: Double
            var speaker: Speaker
            var emotion: Emotion
            var intensity: Double
        }

        var shares: [Share]
        /// In the order of time.
        var journey: [Moment]
    }

    /// How an objection was taken.
    struct Handling: Codable, Sendable, Equatable {
        var objection: String
        var responseSegmentIDs: [Int]
        /// 0 to 100.
        var effectiveness: Int
    }

    struct Risk: Codable, Sendable, Equatable {
        /// 0 to 100.
        var score: Int
        var reasons: [Finding]

        var level: RiskLevel { score < 34 ? .low : score < 67 ? .medium : .high }
    }

    struct TrackerHit: Codable, Sendable, Equatable {
        var trackerID: TrackerID
        var version: Int64
        var name: String
        var count: Int
        var segmentIDs: [Int]
    }

    struct RubricReference: Codable, Sendable, Equatable {
        var id: RubricID?
        var version: Int64
        var name: String
    }
}

extension SentimentLabel {
    /// The word for a score from -1 to 1.
    init(score: Double) { self = score >= 0.15 ? .positive : score <= -0.15 ? .negative : .neutral }
}
