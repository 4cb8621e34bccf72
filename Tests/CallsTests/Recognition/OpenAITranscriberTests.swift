import Audio
import Foundation
import HTTP
import IO
import Models
import TestSupport
import Testing

@testable import Calls

@Suite struct OpenAITranscriberTests {
    /// Two channels, a tone on each: one piece a channel.
    private func decoded(_ scratch: ScratchFolder, channels: Int = 2) throws -> (DecodedFolder, DecodedManifest) {
        let left = SpokenSounds.tone(300, seconds: 3, rate: 8_000)
        let right = SpokenSounds.silence(5, rate: 8_000) + SpokenSounds.tone(700, seconds: 3, rate: 8_000)
        let samples = channels == 2 ? SpokenSounds.interleave(left, right) : left
        try SpokenSounds.write(samples, to: scratch.file("call"), rate: 8_000, channels: channels)
        let folder = DecodedFolder(path: try scratch.folder("out"))
        return (folder, try folder.decode(recording: scratch.file("call")))
    }

    private static func verbose(_ text: String, noSpeech: Double = 0.01) -> String {
        """
        {"task":"transcribe","language":"english","duration":3.0,"text":"\(text)","segments":[{"id":0,"seek":0,"start":0.5,
        "end":2.5,"text":" \(text)","tokens":[1,2],"temperature":0.0,"avg_logprob":-0.2,"compression_ratio":1.2,
        "no_speech_prob":\(noSpeech)}],"words":[{"word":"\(text)","start":0.5,"end":2.5}],
        "usage":{"type":"duration","seconds":3}}
        """
    }

    /// What the transcriber made of the answers, and the fake that gave them.
    private func transcribe(
        _ answers: [HTTPResponse], model: String = "whisper-1", key: String? = "sk-test", channels: Int = 2,
        language: String? = "en-GB", vocabulary: [String] = [], prices: OpenAIPrices = OpenAIPrices()
    ) async throws -> (Result<Transcript, EngineError>, FakeOpenAI) {
        let scratch = try ScratchFolder()
        let (folder, manifest) = try decoded(scratch, channels: channels)
        return try await withLoop { loop in
            let fake = try FakeOpenAI(loop, answers)
            var configuration = fake.configuration(key: key, model: model)
            configuration.prices = prices
            let request = TranscriptionRequest(
                folder: folder, manifest: manifest, language: language, agentChannel: 0, vocabulary: vocabulary)
            let result: Result<Transcript, EngineError>
            do throws(EngineError) {
                result = .success(
                    try await OpenAITranscriber(client: fake.client, configuration: configuration)
                        .transcribe(request) { _ in })
            } catch {
                result = .failure(error)
            }
            await fake.stop()
            return (result, fake)
        }
    }

    @Test func `each channel is uploaded alone and the segments are placed, labelled and counted`() async throws {
        let (result, fake) = try await transcribe(
            [FakeOpenAI.json(Self.verbose("Hello")), FakeOpenAI.json(Self.verbose("Goodbye", noSpeech: 0.9))],
            vocabulary: ["Northwind", "UCM6302"], prices: OpenAIPrices(audioMinuteMicros: 6_000))
        let transcript = try result.get()
        #expect(transcript.segments.map(\.text) == ["Hello", "Goodbye"])
        #expect(transcript.segments.map(\.speaker) == [.agent, .customer])
        #expect(transcript.segments.map(\.isDoubtful) == [false, true])
        #expect(transcript.segments.map { ($0.startSeconds * 10).rounded() / 10 } == [0.5, 5.1])
        #expect(transcript.language == "en")
        #expect(transcript.engine == .openAI)
        #expect(transcript.usage.requests == 2)
        #expect(transcript.usage.audioSeconds == 6)
        #expect(transcript.usage.costMicros == 600)
        #expect(fake.uploads.count == 2)
        let upload = try #require(fake.uploads.first)
        #expect(upload.values("model") == ["whisper-1"])
        #expect(upload.values("language") == ["en"])
        #expect(upload.values("response_format") == ["verbose_json"])
        #expect(upload.values("timestamp_granularities[]") == ["segment", "word"])
        #expect(upload.values("prompt") == ["Northwind, UCM6302"])
        #expect(AudioContainer.sniff(upload.file) == .wav)
        #expect(fake.authorizations == ["Bearer sk-test", "Bearer sk-test"])
    }

    @Test func `the text of a model without times spans its piece, and tokens are counted`() async throws {
        let answer = """
            {"text":"Imagine the wildest idea.","usage":{"type":"tokens","input_tokens":14,
            "input_token_details":{"text_tokens":0,"audio_tokens":14},"output_tokens":45,"total_tokens":59}}
            """
        let (result, fake) = try await transcribe(
            [FakeOpenAI.json(answer)], model: "gpt-4o-transcribe", key: nil, channels: 1, language: nil)
        let transcript = try result.get()
        #expect(transcript.segments.map(\.text) == ["Imagine the wildest idea."])
        #expect(transcript.segments.map(\.speaker) == [.unknown])
        #expect(transcript.usage.inputTokens == 14)
        #expect(transcript.usage.outputTokens == 45)
        #expect(transcript.usage.costMicros == nil)
        // This endpoint names no language; the words do.
        #expect(transcript.language == "en")
        let upload = try #require(fake.uploads.first)
        #expect(upload.values("response_format") == ["json"])
        #expect(upload.values("timestamp_granularities[]").isEmpty)
        #expect(fake.authorizations == [nil])
    }

    @Test(
        arguments: [
            ("Guten Tag, ich m\u{F6}chte gerne mein Geld zur\u{FC}ck haben, bitte.", nil, "de"),
            ("Bonjour, je voudrais annuler ma commande s'il vous pla\u{EE}t", "french", "fr"),
            // What the engine says goes before what its words look like.
            ("Goedemiddag, ik wil graag mijn bestelling annuleren", "afrikaans", "af"), ("hm, hm, 4711", nil, "und"),
        ])
    func `the language is the engine's, else that of the words, else nobody's`(
        _ text: String, _ named: String?, _ expected: String
    ) async throws {
        let name = named.map { ",\"language\":\"\($0)\"" } ?? ""
        let answer =
            "{\"text\":\"\(text)\"\(name),\"usage\":{\"type\":\"tokens\",\"input_tokens\":1,\"output_tokens\":1,\"total_tokens\":2}}"
        let (result, _) = try await transcribe(
            [FakeOpenAI.json(answer)], model: "gpt-4o-transcribe", key: nil, channels: 1, language: nil)
        #expect(try result.get().language == expected)
        let (asked, _) = try await transcribe(
            [FakeOpenAI.json(answer)], model: "gpt-4o-transcribe", key: nil, channels: 1, language: "it-IT")
        #expect(try asked.get().language == "it")
    }

    @Test func `the found language is a code`() async throws {
        let (result, _) = try await transcribe(
            [FakeOpenAI.json(Self.verbose("Hi"))], channels: 1, language: nil)
        #expect(try result.get().language == "en")
        #expect(SpokenLanguages.code("haitian creole") == "ht")
        #expect(SpokenLanguages.code("th") == "th")
        #expect(SpokenLanguages.code("klingon") == nil)
    }

    @Test func `a language that the models do not know is not sent`() async throws {
        let (result, fake) = try await transcribe([FakeOpenAI.json(Self.verbose("Hi"))], language: "tlh")
        #expect(throws: EngineError.languageUnsupported) { try result.get() }
        #expect(fake.uploads.isEmpty)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var status: Int
        var code: String?
        var type = "requests"
        var retryAfter: String?
        var expected: String
        var isRetryable: Bool
        var requests: Int
        var testDescription: String { "\(status) \(code ?? type)" }
    }

    @Test(arguments: [
        Fault(status: 401, code: "invalid_api_key", expected: "engine_unauthorised", isRetryable: false, requests: 1),
        Fault(status: 404, code: "model_not_found", expected: "engine_not_found", isRetryable: false, requests: 1),
        Fault(
            status: 413, code: nil, type: "server_error", expected: "engine_input_too_long", isRetryable: false,
            requests: 1),
        Fault(
            status: 400, code: nil, type: "invalid_request_error", expected: "engine_refused", isRetryable: false,
            requests: 1),
        Fault(
            status: 429, code: "insufficient_quota", expected: "engine_quota_exceeded", isRetryable: false, requests: 1),
        Fault(
            status: 429, code: nil, type: "insufficient_quota", expected: "engine_quota_exceeded", isRetryable: false,
            requests: 1),
        Fault(
            status: 429, code: "rate_limit_exceeded", expected: "engine_rate_limited", isRetryable: true, requests: 3),
        Fault(
            status: 429, code: "rate_limit_exceeded", retryAfter: "120", expected: "engine_rate_limited",
            isRetryable: true,
            requests: 1),
        Fault(
            status: 500, code: nil, type: "server_error", expected: "engine_unavailable", isRetryable: true, requests: 3
        ),
        Fault(
            status: 503, code: nil, type: "server_error", expected: "engine_unavailable", isRetryable: true, requests: 3
        ),
    ])
    func `refusals say whether to come back, and nothing of the provider's words`(_ fault: Fault) async throws {
        var headers = HTTPHeaders()
        if let seconds = fault.retryAfter { headers.set("Retry-After", seconds) }
        let (result, fake) = try await transcribe([
            FakeOpenAI.error(fault.status, code: fault.code, type: fault.type, headers)
        ])
        guard case .failure(let error) = result else {
            Issue.record("the fault passed for an answer")
            return
        }
        #expect(error.code == fault.expected)
        #expect(error.isRetryable == fault.isRetryable)
        #expect(error.retryAfter == fault.retryAfter.map { _ in .seconds(120) })
        #expect(!error.detail.contains("secret"))
        #expect(fake.uploads.count == fault.requests)
    }

    @Test func `a fault that passes costs only a repeat`() async throws {
        let (result, fake) = try await transcribe(
            [
                FakeOpenAI.error(500, code: nil),
                FakeOpenAI.error(429, code: "rate_limit_exceeded", ["Retry-After": "0"]),
                FakeOpenAI.json(Self.verbose("Hello")),
            ], channels: 1)
        #expect(try result.get().text == "Hello")
        #expect(fake.uploads.count == 3)
    }

    @Test(arguments: ["", "<html>", "{\"words\":[]}", "{\"text\":5}"])
    func `an answer that is none is an error`(_ body: String) async throws {
        let (result, _) = try await transcribe([FakeOpenAI.json(body)])
        #expect(throws: EngineError.invalidAnswer) { try result.get() }
    }

    @Test func `an endpoint at a private address is refused by name of the setting`() async throws {
        let scratch = try ScratchFolder()
        let (folder, manifest) = try decoded(scratch)
        let error = try await withLoop { loop -> EngineError? in
            let fake = try FakeOpenAI(loop, [FakeOpenAI.json("{}")])
            var configuration = fake.configuration()
            configuration.baseURL = "http://127.0.0.1:1/v1"
            let request = TranscriptionRequest(folder: folder, manifest: manifest)
            var found: EngineError?
            do throws(EngineError) {
                _ = try await OpenAITranscriber(client: fake.client, configuration: configuration)
                    .transcribe(request) { _ in }
            } catch {
                found = error
            }
            await fake.stop()
            return found
        }
        #expect(error?.code == "engine_address_refused")
        #expect(error?.detail.contains("ALLOW_ADDRESSES_RECOGNISER") == true)
        #expect(error?.isRetryable == false)
    }

    @Test(
        .enabled(if: OpenAISpecification.shared != nil, "the provider's specification is not here (SWITCHBOARD_SHARED)")
    )
    func `the scripted answers are answers of the protocol`() throws {
        let specification = try #require(OpenAISpecification.shared)
        func value(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
        #expect(
            specification.faults(try value(Self.verbose("Hi")), in: "CreateTranscriptionResponseVerboseJson") == [])
        #expect(!specification.faults(try value("{\"text\":5}"), in: "CreateTranscriptionResponseVerboseJson").isEmpty)
        #expect(
            specification.faults(
                try value("{\"model\":\"whisper-1\",\"file\":\"\",\"nonsense\":1}"), in: "CreateTranscriptionRequest")
                == ["/nonsense: unknown"])
    }
}
