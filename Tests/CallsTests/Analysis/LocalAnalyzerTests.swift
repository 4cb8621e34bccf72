import Foundation
import Models
import Testing

@testable import Calls

/// Transcripts written as lines of "agent: text", three seconds a line and one between.
enum Conversation {
    static func transcript(_ lines: [(Speaker, String)], language: String = "en") -> Transcript {
        Transcript(
            language: language, engine: .local, model: "tiny.en",
            segments: lines.enumerated().map { index, line in
                Transcript.Segment(
                    id: index, channel: line.0 == .customer ? 1 : 0, speaker: line.0,
                    startSeconds: Double(index) * 4, endSeconds: Double(index) * 4 + 3, text: line.1, isDoubtful: false)
            }, usage: EngineUsage())
    }

    static func request(
        _ lines: [(Speaker, String)], channels: Int = 2, language: String = "en"
    ) throws -> AnalysisRequest {
        AnalysisRequest(
            transcript: transcript(lines, language: language), durationSeconds: Double(lines.count) * 4,
            separateChannels: channels, callDate: try day("2026-11-21"))
    }

    static func day(_ text: String) throws -> LocalDate { try LocalDate(jsonText: text) }

    static let sale: [(Speaker, String)] = [
        (.agent, "Good morning, my name is Anna, I'm calling from Northwind. How are you today?"),
        (.customer, "Hi Anna, I'm fine, thank you. I have a question about the premium support plan."),
        (.agent, "Of course. What are you looking for in a premium support plan?"),
        (.customer, "We would like to know how much it costs. The premium support plan looks too expensive for us."),
        (.agent, "I understand. Many of our customers said the same. Which budget do you have in mind?"),
        (.customer, "About two hundred dollars per month. Could you send me a quote by Friday?"),
        (.agent, "Absolutely. I will send you the quote tomorrow and we'll schedule a demo next week."),
        (.customer, "That sounds great, I am really happy with that."),
        (.agent, "Thank you for your time. Have a great day, goodbye!"),
    ]
}

@Suite struct LocalAnalyzerTests {
    private func analysis(_ lines: [(Speaker, String)], channels: Int = 2) throws -> Analysis {
        LocalAnalyzer.analysis(of: try Conversation.request(lines, channels: channels))
    }

    @Test func `a sales call is read as a person would read it`() throws {
        let analysis = try analysis(Conversation.sale)
        #expect(analysis.engine == .local)
        #expect(analysis.topics.count <= 5)
        let topic = try #require(analysis.topics.first)
        #expect(topic.name == "premium support plan")
        #expect(topic.segmentIDs == [1, 2, 3])
        #expect(analysis.intent?.name == "pricing")
        #expect(analysis.objections == [Analysis.Finding(name: "price", segmentIDs: [3])])
        #expect(analysis.sentiment?.label == .positive)
        #expect(analysis.sentiment?.segmentIDs.contains(7) == true)
        #expect(analysis.talk.unavailableReason == nil)
        #expect(analysis.talk.agentRatio.map { $0 > 0.5 && $0 < 0.6 } == true)
        #expect(analysis.talk.silenceRatio == 0.25)
        #expect(analysis.talk.interruptions == 0)
    }

    @Test func `promises and requests have an owner and a day`() throws {
        let items = try analysis(Conversation.sale).actionItems
        #expect(items.map(\.owner) == [.agent, .agent])
        #expect(items.map(\.segmentIDs) == [[5], [6]])
        // The call was on a Saturday.
        #expect(items.first?.dueOn == (try Conversation.day("2026-11-27")))
        #expect(items.last?.dueOn == (try Conversation.day("2026-11-22")))
    }

    @Test func `the quality of a good call is high and each line of the rubric names its segments`() throws {
        let quality = try #require(try analysis(Conversation.sale).quality)
        let scores = Dictionary(uniqueKeysWithValues: quality.categories.map { ($0.key, $0.score) })
        #expect(scores["greeting"] == 100)
        #expect(scores["introduction"] == 100)
        #expect(scores["objection_handling"] == 100)
        #expect(scores["closing"] == 100)
        #expect(quality.score >= 75)
        #expect(quality.strengths.contains { $0.name == "greeting" && $0.segmentIDs == [0] })
        #expect(quality.categories.allSatisfy { (0...100).contains($0.score) })
    }

    @Test func `a rude call is worse and its moments are found`() throws {
        let analysis = try analysis([
            (.agent, "What do you want?"),
            (.customer, "The product is terrible, it crashed again and I am very disappointed. I want a refund."),
            (.agent, "That's not my problem. Calm down."),
            (.customer, "This is unacceptable. I will cancel my contract."),
        ])
        #expect(analysis.sentiment?.label == .negative)
        #expect(try #require(analysis.sentiment).score < -0.3)
        #expect(analysis.intent == Analysis.Finding(name: "complaint", segmentIDs: [1, 3]))
        let quality = try #require(analysis.quality)
        #expect(quality.score < 40)
        #expect(quality.improvements.contains { $0.name == "professionalism" && $0.segmentIDs == [2] })
        #expect(analysis.keyMoments.contains { $0.name == "most_negative" })
    }

    @Test func `without known speakers what depends on them is missing, with the reason`() throws {
        let unknown = Conversation.sale.map { (Speaker.unknown, $0.1) }
        for (channels, reason) in [(1, Analysis.UnavailableReason.oneChannel), (2, .unknownSpeakers)] {
            let analysis = try analysis(unknown, channels: channels)
            #expect(analysis.talk == Analysis.TalkStatistics(unavailableReason: reason))
            #expect(analysis.quality == nil)
            #expect(analysis.qualityUnavailableReason == reason)
            #expect(!analysis.topics.isEmpty)
            #expect(analysis.actionItems.allSatisfy { $0.owner == .unknown })
        }
    }

    @Test func `a call without speech has an analysis that says so`() throws {
        let analysis = try analysis([])
        #expect(analysis.summary == "No speech was recognised in this call.")
        #expect(analysis.sentiment == Analysis.Sentiment(score: 0, label: .neutral, segmentIDs: []))
        #expect(analysis.qualityUnavailableReason == .noSpeech)
        #expect(analysis.topics.isEmpty && analysis.actionItems.isEmpty)
    }

    @Test func `the summary is two or three sentences of the call in their order`() throws {
        let summary = try #require(analysis(Conversation.sale).summary)
        let whole = Conversation.sale.map(\.1).joined(separator: " ")
        let sentences = SpokenSegment(
            Conversation.transcript([(.unknown, summary)]).segments[0]
        ).sentences
        #expect((2...3).contains(sentences.count))
        let places = sentences.compactMap { whole.range(of: $0.text)?.lowerBound }
        #expect(places.count == sentences.count)
        #expect(places == places.sorted())
        #expect(summary.contains("premium support plan"))
    }

    @Test func `every finding names segments that exist`() throws {
        let analysis = try analysis(Conversation.sale)
        let tone = try #require(analysis.sentiment)
        let named =
            tone.segmentIDs + analysis.topics.flatMap(\.segmentIDs)
            + analysis.actionItems.flatMap(\.segmentIDs) + analysis.objections.flatMap(\.segmentIDs)
            + analysis.keyMoments.flatMap(\.segmentIDs) + (analysis.intent?.segmentIDs ?? [])
            + (analysis.quality?.categories.flatMap(\.segmentIDs) ?? [])
        #expect(named.allSatisfy(Conversation.sale.indices.contains))
    }

    @Test func `another language is refused`() async throws {
        let request = try Conversation.request([(.agent, "สวัสดีครับ")], language: "th")
        await #expect(throws: EngineError.self) { try await LocalAnalyzer().analyze(request) }
    }

    @Test func `a negation turns the tone round, though not all the way`() {
        func score(_ text: String) -> Double { SentimentRules.score(of: WordCutter.cut(text).map(\.text)) }
        #expect(score("This is good") > 0.3)
        #expect(score("This is not good") < 0)
        #expect(abs(score("This is not good")) < score("This is good"))
        #expect(score("This is very good") > score("This is good"))
        #expect(score("The table has four legs") == 0)
        #expect(score(String(repeating: "excellent ", count: 500)) <= 1)
    }

    @Test func `interruptions and monologues come from the times`() throws {
        var request = try Conversation.request([(.customer, "a"), (.agent, "b"), (.agent, "c"), (.customer, "d")])
        request.transcript.segments[1].startSeconds = 2
        let talk = TalkRules.statistics(of: request)
        #expect(talk.interruptions == 1)
        #expect(talk.longestMonologueSeconds == 9)
    }

    @Test func `a long transcript is analysed in bounded time`() throws {
        let lines = (0..<600).map { index in Conversation.sale[index % Conversation.sale.count] }
        let analysis = try analysis(lines)
        #expect(analysis.actionItems.count <= 20)
        #expect(analysis.topics.allSatisfy { $0.segmentIDs.count <= 20 })
        #expect(analysis.keyMoments.count <= 8)
    }
}
