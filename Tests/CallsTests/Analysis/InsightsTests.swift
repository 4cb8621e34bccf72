import Models
import Testing

@testable import Calls

@Suite struct InsightsTests {
    private func insights(
        _ lines: [(Speaker, String)], channels: Int = 2, looksAtAgents: Bool = false
    ) throws -> Analysis.Insights {
        var request = try Conversation.request(lines, channels: channels)
        request.looksAtAgents = looksAtAgents
        return try #require(LocalAnalyzer.analysis(of: request).insights)
    }

    private static let angry: [(Speaker, String)] = [
        (.agent, "Hello, this is Tom, I am really happy to help you."),
        (.customer, "I am furious. Your product is broken again and again and I want to cancel my contract."),
        (.agent, "Whatever."),
        (.customer, "It is too expensive and your competitors are cheaper. This is unacceptable."),
    ]

    @Test func `each segment that has a tone has a score with its label`() throws {
        let tones = try insights(Conversation.sale).segmentSentiments
        #expect(tones.contains { $0.segmentID == 7 && $0.label == .positive })
        #expect(tones.allSatisfy { (-1...1).contains($0.score) })
        #expect(tones.map(\.segmentID) == tones.map(\.segmentID).sorted())
    }

    @Test func `emotions of agents are not looked for unless the tenant wants it`() throws {
        let quiet = try #require(try insights(Self.angry).emotions)
        #expect(quiet.shares.allSatisfy { $0.speaker == .customer })
        #expect(quiet.journey.first?.emotion == .anger)
        #expect(quiet.journey.map(\.segmentID) == [1, 3])
        let whole = try #require(try insights(Self.angry, looksAtAgents: true).emotions)
        #expect(whole.shares.contains { $0.speaker == .agent && $0.emotion == .joy })
        // Where nobody knows who spoke, an agent's words would be among them.
        let unknown = Self.angry.map { (Speaker.unknown, $0.1) }
        let nobody = try insights(unknown, channels: 1)
        #expect(nobody.emotions == nil && nobody.emotionsUnavailableReason == .oneChannel)
        #expect(try insights(unknown, channels: 1, looksAtAgents: true).emotions != nil)
    }

    @Test func `an objection that was taken up is worth more than one that was not`() throws {
        let good = try #require(try insights(Conversation.sale).handling.first)
        #expect(good.objection == "price" && good.responseSegmentIDs == [4] && good.effectiveness == 100)
        let bad = try #require(try insights(Self.angry).handling.first { $0.objection == "price" })
        #expect(bad.responseSegmentIDs.isEmpty && bad.effectiveness == 0)
    }

    @Test func `risks have reasons with segments, and advice follows from them`() throws {
        let (good, bad) = (try insights(Conversation.sale), try insights(Self.angry))
        let (deal, churn) = (try #require(bad.dealRisk), try #require(bad.churnRisk))
        #expect(churn.level == .high && deal.level == .high)
        #expect(churn.reasons.contains { $0.name == "speaks_of_leaving" && $0.segmentIDs == [1] })
        #expect(deal.reasons.allSatisfy { !$0.segmentIDs.isEmpty })
        #expect(try #require(good.dealRisk).score < deal.score)
        #expect(good.churnRisk?.level == .low)
        #expect(!bad.recommendations.isEmpty && bad.recommendations.count <= 5)
        #expect(!bad.coaching.isEmpty)
        #expect(try insights([]).dealRisk == nil)
    }
}
