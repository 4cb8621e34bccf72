import Foundation
import HTTP
import IO
import Models
import TestSupport
import Testing

@testable import Calls

@Suite struct OpenAIAnalyzerTests {
    /// A model's answer about ``Conversation/sale``, with one part at a time to be put wrong.
    private static func answer(
        quote: String = "looks too expensive for us", segment: Int = 3, score: String = "0.4",
        dueOn: String = "\"2026-11-27\"", quality: String? = nil
    ) -> String {
        let quality =
            quality
                ?? """
                {"score":82,"categories":[{"key":"greeting","score":100,"evidence":[{"segment_id":0,"quote":"Good morning"}]}],
                "strengths":[{"name":"Asks for the budget","evidence":[{"segment_id":4,"quote":"Which budget do you have"}]}],
                "improvements":[],
                "coaching":[{"name":"Ask who decides","evidence":[{"segment_id":4,"quote":"Which budget"}]}]}
                """
        return """
            {"summary":"Anna from Northwind talks about the premium support plan. A quote and a demo follow.",
            "sentiment":{"score":\(score),"label":"positive","evidence":[{"segment_id":7,"quote":"I am really happy"}]},
            "topics":[{"name":"premium support plan","evidence":[{"segment_id":1,"quote":"the PREMIUM support plan."}]}],
            "action_items":[{"text":"Send a quote","owner":"agent","due_on":\(dueOn),
            "evidence":[{"segment_id":5,"quote":"send me a quote by Friday"}]}],
            "intent":{"name":"pricing","evidence":[{"segment_id":3,"quote":"how much it costs"}]},
            "objections":[{"name":"price","evidence":[{"segment_id":\(segment),"quote":"\(quote)"}],
            "response":[{"segment_id":4,"quote":"I understand"}],"effectiveness":80}],
            "segment_sentiments":[{"segment_id":7,"score":0.9},{"segment_id":3,"score":-0.4}],
            "emotions":[{"emotion":"joy","intensity":0.8,"evidence":[{"segment_id":7,"quote":"I am really happy"}]},
            {"emotion":"interest","intensity":0.5,"evidence":[{"segment_id":4,"quote":"I understand"}]}],
            "deal_risk":{"score":35,"reasons":[{"name":"Price","evidence":[{"segment_id":3,"quote":"too expensive"}]}]},
            "churn_risk":null,
            "recommendations":[{"name":"Send the quote","evidence":[{"segment_id":5,"quote":"send me a quote"}]}],
            "key_moments":[{"name":"Demo agreed","evidence":[{"segment_id":6,"quote":"schedule a demo next week"}]},
            {"name":"Price objection","evidence":[{"segment_id":3,"quote":"too expensive"}]}],
            "quality":\(quality)}
            """
    }

    private static func chat(
        _ content: String?, finish: String = "stop", refusal: String? = nil
    ) throws -> HTTPResponse {
        let message: [String: Any] = [
            "role": "assistant", "content": content.map { $0 as Any } ?? NSNull(),
            "refusal": refusal.map { $0 as Any } ?? NSNull(),
        ]
        let body: [String: Any] = [
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_741_569_952, "model": "gpt-4o-mini",
            "choices": [
                ["index": 0, "message": message, "finish_reason": finish, "logprobs": NSNull()] as [String: Any]
            ],
            "usage": [
                "prompt_tokens": 1_000, "completion_tokens": 200, "total_tokens": 1_200,
                "prompt_tokens_details": ["cached_tokens": 400, "audio_tokens": 0],
            ] as [String: Any],
        ]
        if let specification = OpenAISpecification.shared {
            #expect(specification.faults(body, in: "CreateChatCompletionResponse") == [])
        }
        return FakeOpenAI.json(String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self))
    }

    private func analyze(
        _ answer: HTTPResponse, _ request: AnalysisRequest? = nil
    ) async throws -> (Result<Analysis, EngineError>, FakeOpenAI) {
        let request = try request ?? Conversation.request(Conversation.sale)
        return try await withLoop { loop in
            let fake = try FakeOpenAI(loop, [answer])
            var configuration = fake.configuration()
            configuration.prices = OpenAIPrices(
                millionInputTokensMicros: 150_000, millionCachedInputTokensMicros: 75_000,
                millionOutputTokensMicros: 600_000)
            let result: Result<Analysis, EngineError>
            do throws(EngineError) {
                result = .success(
                    try await OpenAIAnalyzer(client: fake.client, configuration: configuration).analyze(request))
            } catch {
                result = .failure(error)
            }
            await fake.stop()
            return (result, fake)
        }
    }

    @Test func `a proved answer becomes the analysis, with the figures counted here`() async throws {
        let (result, fake) = try await analyze(try Self.chat(Self.answer()))
        let analysis = try result.get()
        #expect(analysis.engine == .openAI)
        #expect(analysis.model == "gpt-4o-mini")
        #expect(analysis.sentiment == Analysis.Sentiment(score: 0.4, label: .positive, segmentIDs: [7]))
        #expect(analysis.topics == [Analysis.Finding(name: "premium support plan", segmentIDs: [1])])
        #expect(analysis.objections == [Analysis.Finding(name: "price", segmentIDs: [3])])
        #expect(analysis.intent == Analysis.Finding(name: "pricing", segmentIDs: [3]))
        #expect(analysis.keyMoments.map(\.name) == ["Price objection", "Demo agreed"])
        #expect(analysis.actionItems.first?.dueOn == (try Conversation.day("2026-11-27")))
        // The whole follows from the lines by the rubric.
        #expect(analysis.quality?.score == 100)
        #expect(analysis.talk == LocalAnalyzer.analysis(of: try Conversation.request(Conversation.sale)).talk)
        #expect(analysis.usage.inputTokens == 1_000)
        #expect(analysis.usage.cachedInputTokens == 400)
        #expect(analysis.usage.outputTokens == 200)
        #expect(analysis.usage.costMicros == 240)
        #expect(fake.chats.count == 1)
    }

    @Test func `the model gets the numbered transcript and a strict schema`() async throws {
        let (_, fake) = try await analyze(try Self.chat(Self.answer()))
        let sent = Data(try #require(fake.chats.first).utf8)
        let body = try #require(try JSONSerialization.jsonObject(with: sent) as? [String: Any])
        let messages = try #require(body["messages"] as? [[String: String]])
        #expect(messages.map { $0["role"] } == ["system", "user"])
        #expect(messages[1]["content"]?.contains("Day of the call: Saturday, 2026-11-21") == true)
        #expect(messages[1]["content"]?.contains("[3] customer: We would like to know how much it costs.") == true)
        let format = try #require(body["response_format"] as? [String: Any])
        let named = try #require(format["json_schema"] as? [String: Any])
        #expect(named["strict"] as? Bool == true)
        try checkStrictness(try #require(named["schema"] as? [String: Any]))
    }

    /// What the provider asks of a strict schema: every property is required, and none besides is allowed.
    private func checkStrictness(_ schema: [String: Any]) throws {
        if let properties = schema["properties"] as? [String: [String: Any]] {
            #expect(schema["additionalProperties"] as? Bool == false)
            #expect(Set(schema["required"] as? [String] ?? []) == Set(properties.keys))
            for property in properties.values { try checkStrictness(property) }
        }
        if let items = schema["items"] as? [String: Any] { try checkStrictness(items) }
        for option in schema["anyOf"] as? [[String: Any]] ?? [] { try checkStrictness(option) }
        for definition in (schema["$defs"] as? [String: [String: Any]] ?? [:]).values {
            try checkStrictness(definition)
        }
    }

    @Test func `what is switched off is neither asked nor believed, and the question is shorter`() async throws {
        var request = try Conversation.request(Conversation.sale)
        let (_, asked) = try await analyze(try Self.chat(Self.answer()), request)
        request.features = [.summary, .topics]
        // The model answers everything all the same.
        let (result, fake) = try await analyze(try Self.chat(Self.answer()), request)
        let analysis = try result.get()
        #expect(analysis.summary?.isEmpty == false && analysis.topics.count == 1)
        #expect(analysis.sentiment == nil && analysis.quality == nil && analysis.intent == nil)
        #expect(analysis.actionItems.isEmpty && analysis.objections.isEmpty && analysis.keyMoments.isEmpty)
        let insights = try #require(analysis.insights)
        #expect(insights.segmentSentiments.isEmpty && insights.emotions == nil && insights.handling.isEmpty)
        #expect(insights.dealRisk == nil && insights.recommendations.isEmpty && insights.coaching.isEmpty)
        #expect(analysis.omitted?.count == AnalysisFeature.allCases.count - 2)
        let sent = try #require(fake.chats.first)
        for word in ["sentiment", "emotions", "deal_risk", "quality", "Rubric", "action_items", "objections"] {
            #expect(!sent.contains(word) && asked.chats[0].contains(word))
        }
        #expect(sent.utf8.count * 2 < asked.chats[0].utf8.count)
        let body = try #require(try JSONSerialization.jsonObject(with: Data(sent.utf8)) as? [String: Any])
        let format = try #require((body["response_format"] as? [String: Any])?["json_schema"] as? [String: Any])
        let schema = try #require(format["schema"] as? [String: Any])
        #expect(schema["required"] as? [String] == ["summary", "topics"])
        try checkStrictness(schema)
    }

    @Test func `an answer that leaves out what was asked is none, and where nothing is wanted nothing is asked`()
        async throws
    {
        var request = try Conversation.request(Conversation.sale)
        request.features = [.summary, .topics]
        let (result, _) = try await analyze(try Self.chat("{\"summary\":\"A talk.\"}"), request)
        #expect(throws: EngineError.invalidAnswer) { try result.get() }
        request.features = [.trackers]
        let (none, fake) = try await analyze(try Self.chat("{}"), request)
        let analysis = try none.get()
        #expect(fake.chats.isEmpty && analysis.usage == EngineUsage() && analysis.summary == nil)
        #expect(analysis.engine == .openAI && analysis.talk.agentRatio != nil)
    }

    @Test func `a quote that nobody said refuses the whole answer`() async throws {
        for answer in [
            Self.answer(quote: "we will sue you"), Self.answer(quote: ""), Self.answer(quote: "?!"),
            Self.answer(segment: 2), Self.answer(segment: 99), Self.answer(segment: -1),
            Self.answer(quote: "oks too expensive for u"),
        ] {
            let (result, _) = try await analyze(try Self.chat(answer))
            #expect(throws: AnalysisCheck.notGrounded) { try result.get() }
        }
    }

    @Test func `case and punctuation do not decide whether something was said`() async throws {
        let (result, _) = try await analyze(try Self.chat(Self.answer(quote: "LOOKS too-expensive, for us!")))
        #expect(try result.get().objections.map(\.segmentIDs) == [[3]])
    }

    @Test func `what is out of range, cut off or no JSON is no answer`() async throws {
        let answers = [
            try Self.chat(Self.answer(score: "7")), try Self.chat(Self.answer(score: "\"high\"")),
            try Self.chat(String(Self.answer().prefix(300)), finish: "length"),
            try Self.chat("I think the call went well."),
            try Self.chat(nil), try Self.chat(""), FakeOpenAI.json("{\"choices\":[]}"), FakeOpenAI.json("[]"),
            try Self.chat(
                Self.answer(
                    quality: "{\"score\":900,\"categories\":[],\"strengths\":[],\"improvements\":[],\"coaching\":[]}")),
        ]
        for answer in answers {
            let (result, _) = try await analyze(answer)
            #expect(throws: EngineError.invalidAnswer) { try result.get() }
        }
    }

    @Test func `a model that declines is not asked again`() async throws {
        let (result, _) = try await analyze(try Self.chat(nil, refusal: "I can't help with that."))
        #expect(throws: EngineError("engine_declined", "The model declined to analyse this call.")) { try result.get() }
    }

    @Test func `a day that is none or over is left out`() async throws {
        for day in ["\"2026-11-20\"", "\"soon\"", "\"2026-02-31\"", "null"] {
            let (result, _) = try await analyze(try Self.chat(Self.answer(dueOn: day)))
            #expect(try result.get().actionItems.map(\.dueOn) == [nil])
        }
    }

    @Test func `speakers are not guessed by a model either`() async throws {
        let unknown = Conversation.sale.map { (Speaker.unknown, $0.1) }
        let (result, _) = try await analyze(
            try Self.chat(Self.answer()), try Conversation.request(unknown, channels: 1))
        let analysis = try result.get()
        #expect(analysis.quality == nil)
        #expect(analysis.qualityUnavailableReason == .oneChannel)
        #expect(analysis.actionItems.map(\.owner) == [.unknown])
        #expect(analysis.talk.unavailableReason == .oneChannel)
    }

    @Test func `a call without speech is not sent`() async throws {
        let (result, fake) = try await analyze(try Self.chat(Self.answer()), try Conversation.request([]))
        #expect(try result.get().summary == "No speech was recognised in this call.")
        #expect(fake.chats.isEmpty)
    }

    @Test func `a call beyond any model's reach is not sent`() async throws {
        let long = (0..<4_100).map { _ in (Speaker.agent, String(repeating: "word ", count: 20)) }
        let (result, fake) = try await analyze(try Self.chat(Self.answer()), try Conversation.request(long))
        #expect(throws: EngineError("engine_input_too_long", "The call is too long for the engine.")) {
            try result.get()
        }
        #expect(fake.chats.isEmpty)
    }
}
