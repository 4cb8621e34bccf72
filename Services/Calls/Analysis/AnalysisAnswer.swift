import JSON
import Models

/// What a language model answers, in the schema that it was given.
struct AnalysisAnswer: Codable, Sendable {
    struct Evidence: Codable, Sendable {
        var segmentID: Int
        var quote: String

        private enum CodingKeys: String, CodingKey {
            case segmentID = "segmentId"
            case quote
        }
    }

    struct Sentiment: Codable, Sendable {
        var score: Double
        var label: SentimentLabel
        var evidence: [Evidence]
    }

    struct Finding: Codable, Sendable {
        var name: String
        var evidence: [Evidence]
    }

    struct ActionItem: Codable, Sendable {
        var text: String
        var owner: Speaker
        var dueOn: String?
        var evidence: [Evidence]
    }

    struct Objection: Codable, Sendable {
        var name: String
        var evidence: [Evidence]
        /// The agent's answers.
        var response: [Evidence]
        var effectiveness: Int?
    }

    struct Tone: Codable, Sendable {
        var segmentID: Int
        var score: Double

        private enum CodingKeys: String, CodingKey {
            case segmentID = "segmentId"
            case score
        }
    }

    struct Feeling: Codable, Sendable {
        var emotion: Emotion
        var intensity: Double
        var evidence: [Evidence]
    }

    struct Risk: Codable, Sendable {
        var score: Int
        var reasons: [Finding]
    }

    struct Category: Codable, Sendable {
        var key: String
        var score: Int
        var evidence: [Evidence]
    }

    struct Quality: Codable, Sendable {
        var score: Int
        var categories: [Category]
        var strengths: [Finding]
        var improvements: [Finding]
        var coaching: [Finding]
    }

    // Nil for what was not asked.
    var summary: String?
    var sentiment: Sentiment?
    var topics: [Finding]?
    var actionItems: [ActionItem]?
    var intent: Finding?
    var segmentSentiments: [Tone]?
    var emotions: [Feeling]?
    var objections: [Objection]?
    var keyMoments: [Finding]?
    var dealRisk: Risk?
    var churnRisk: Risk?
    var recommendations: [Finding]?
    var quality: Quality?

    /// Throws for an answer that leaves out what was asked; what may be null may be missing too.
    static func read(from bytes: [UInt8], about features: Set<AnalysisFeature>) throws(EngineError) -> AnalysisAnswer {
        let answer: AnalysisAnswer
        do {
            answer = try JSON.decode(AnalysisAnswer.self, from: bytes, unknownKeys: .ignore)
        } catch {
            throw .invalidAnswer
        }
        let isThere: [(AnalysisFeature, Bool)] = [
            (.summary, answer.summary != nil),
            (.sentiment, answer.sentiment != nil && answer.segmentSentiments != nil),
            (.topics, answer.topics != nil), (.actionItems, answer.actionItems != nil),
            (.emotions, answer.emotions != nil), (.objections, answer.objections != nil),
            (.keyMoments, answer.keyMoments != nil), (.recommendations, answer.recommendations != nil),
        ]
        guard isThere.allSatisfy({ $1 || !features.contains($0) }) else { throw .invalidAnswer }
        return answer
    }
}
