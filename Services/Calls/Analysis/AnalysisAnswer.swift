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
    }

    var summary: String
    var sentiment: Sentiment
    var topics: [Finding]
    var actionItems: [ActionItem]
    var intent: Finding?
    var objections: [Finding]
    var keyMoments: [Finding]
    var quality: Quality?

    static func read(from bytes: [UInt8]) throws(EngineError) -> AnalysisAnswer {
        do {
            return try JSON.decode(AnalysisAnswer.self, from: bytes, unknownKeys: .ignore)
        } catch {
            throw .invalidAnswer
        }
    }
}
