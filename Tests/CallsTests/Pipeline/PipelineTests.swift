import Audio
import BlobStore
import HTTP
import IO
import Jobs
import Models
import Postgres
import Telemetry
import Testing
import Web
import WebTestSupport

@testable import Calls

@Suite(.enabled(if: Tool.hasCalls, "the calls executable is not built"))
struct PipelineTests {
    private static func heard(_ text: String, until end: Double = 2.5, language: String = "english") -> HTTPResponse {
        FakeOpenAI.json(
            """
            {"task":"transcribe","language":"\(language)","duration":3.0,"text":"\(text)","segments":[{"id":0,"seek":0,
            "start":0.5,"end":\(end),"text":" \(text)","tokens":[1],"temperature":0.0,"avg_logprob":-0.2,
            "compression_ratio":1.2,"no_speech_prob":0.01}],"words":[],"usage":{"type":"duration","seconds":3}}
            """)
    }

    /// Runs the queue with a scripted endpoint until a call has come to rest.
    private func process(
        _ call: CallID, on server: CallsServer, _ answers: [HTTPResponse], isLocal: Bool = false,
        analyzedBy analyzer: (FakeOpenAI) -> any Analyzer = { _ in LocalAnalyzer() },
        _ look: (FakeOpenAI) throws -> Void = { _ in }
    ) async throws -> CallsAPI.Call {
        let fake = try FakeOpenAI(server.loop, answers)
        let transcriber: any Transcriber =
            isLocal
            ? LocalTranscriber(
                loop: server.loop, configuration: LocalRecogniser.configuration(try #require(LocalRecogniser.python)))
            : OpenAITranscriber(client: fake.client, configuration: fake.configuration())
        let engines = Engines(transcriber: transcriber, analyzer: analyzer(fake))
        let decode = DecodeProcess(executable: try #require(Tool.calls))
        let stages = PipelineStages(
            database: server.database, blobs: server.blobs, engines: engines, slots: ChildSlots(1),
            workFolder: server.scratch.path, decode: decode, knowledge: server.trust.knowledge)
        let runner = JobRunner(
            loop: server.loop, database: server.database,
            configuration: JobRunnerConfiguration(poll: .milliseconds(50)),
            logger: Logger(service: "tests", level: .error), metrics: Metrics())
        CallJobService.register(stages, on: runner, server.trust.knowledge, server.loop)
        runner.start()
        let settled: [ProcessingStage] = [.analysed, .failed]
        var seen = try await server.get(call)
        while !settled.contains(seen.processing.stage) {
            try await server.loop.sleep(for: .milliseconds(20))
            seen = try await server.get(call)
        }
        await runner.stop(within: .seconds(5))
        await fake.stop()
        try look(fake)
        return seen
    }

    @Test func `a recording becomes a transcript with speakers, an analysis, a waveform and a find`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            _ = try await server.upload(Tones.wav(seconds: 3, channels: 2), to: call.id)
            let done = try await process(
                call.id, on: server, [Self.heard("I want a refund"), Self.heard("I will send it tomorrow")])
            #expect(done.processing.stage == .analysed)
            #expect(done.processing.error == nil)
            let transcript = try #require(done.transcript)
            #expect(transcript.engine == "openai")
            #expect(transcript.segments.map(\.speaker) == [.customer, .agent])
            #expect(done.recording?.durationSeconds == 3)
            let analysis = try #require(done.analysis)
            #expect(analysis.transcriptVersion == 1)
            #expect(analysis.quality != nil)
            let peaks = try await server.send(.get, "/api/v1/calls/\(call.id)/recording/peaks")
                .decoded(CallsAPI.Peaks.self)
            #expect(peaks.channels.count == 2)
            #expect(peaks.channels.allSatisfy { $0.count == 2_000 && $0.contains { $0 > 10 } })
            for (query, count) in [("refund", 1), ("refu*", 1), ("holiday", 0)] {
                let page = try await server.send(.get, "/api/v1/calls?search=\(query)&stage=analysed")
                    .decoded(Page<CallsAPI.CallSummary>.self)
                #expect(page.total == count)
            }
            let list = try await server.send(.get, "/api/v1/calls").decoded(Page<CallsAPI.CallSummary>.self)
            #expect(list.data.first?.analysis?.summary == analysis.summary)
            #expect(try server.scratch.names().isSubset(of: ["blobs", "uploads"]))
            let events = try await server.database.values(
                "SELECT type FROM outbox_events WHERE subject = \("call/\(call.id)") ORDER BY sequence", as: String.self
            )
            #expect(events == ["call.created", "call.recording_stored", "call.transcribed", "call.analysed"])
            let data = try await server.database.tenant(server.tenant).values(
                "SELECT data::text FROM outbox_payloads WHERE tenant_id = \(server.tenant)", as: String.self)
            #expect(data.count == 6)
            #expect(!data.contains { $0.contains("refund") || $0.contains("4155550123") })
        }
    }

    @Test func `a refusal fails the call at once, with a reason, until somebody asks again`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            _ = try await server.upload(Tones.wav(seconds: 1), to: call.id)
            let failed = try await process(call.id, on: server, [FakeOpenAI.error(401, code: "invalid_api_key")])
            #expect(failed.processing.stage == .failed)
            #expect(failed.processing.attempts == 1)
            #expect(failed.processing.error?.code == "engine_unauthorised")
            #expect(failed.transcript == nil)
            let path = "/api/v1/calls/\(call.id)/processing/retry"
            let retried = try await server.send(.post, path)
            #expect(retried.status == 202)
            #expect(try await server.send(.post, path).status == 409)
            let done = try await process(call.id, on: server, [Self.heard("Hello")])
            #expect(done.processing.stage == .analysed)
            #expect(done.analysis?.qualityUnavailableReason == "one_channel")
        }
    }

    @Test func `a recording whose bytes are gone fails and says so`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            _ = try await server.upload(Tones.wav(seconds: 1), to: call.id)
            for entry in try await server.blobs.list(after: nil, limit: 10) { try await server.blobs.delete(entry.key) }
            let failed = try await process(call.id, on: server, [])
            #expect(failed.processing.error?.code == "recording_missing")
        }
    }

    @Test func `a language that the analysis does not know fails without a guess`() async throws {
        try await CallsServer.with { server in
            let answer = try await server.post(CallsServer.call(", \"language\": \"de-DE\""))
            let call = try answer.decoded(CallsAPI.Call.self)
            _ = try await server.upload(Tones.wav(seconds: 1), to: call.id)
            let failed = try await process(call.id, on: server, [Self.heard("Guten Tag")])
            #expect(failed.processing.stage == .failed)
            #expect(failed.processing.error?.code == "language_unsupported")
            #expect(failed.transcript?.language == "de")
            #expect(failed.analysis == nil)
        }
    }

    @Test func `talk statistics are of the channel that the agent has, in the words of the call's language`()
        async throws
    {
        try await CallsServer.with { server in
            // Nothing is asked of a language model; who spoke how much is counted here, in any language.
            for feature in AnalysisFeature.allCases where feature != .trackers {
                let key = try #require(Settings.analysisFeatures[feature])
                server.trust.knowledge.set(key, false, of: server.tenant)
            }
            let (long, short) = ("ผมต้องการคืนเงินสำหรับสินค้าชิ้นนี้", "ครับ")
            let words = WordCutter.cut(long).count
            #expect(words > 4)
            for (query, agent, customer, rate) in [
                ("?agent_channel=0", 0.8, 0.2, Double(words) * 30),
                // Whoever was called is the agent, where nobody says otherwise.
                ("", 0.2, 0.8, Double(WordCutter.cut(short).count) * 120),
            ] {
                let call = try await server.post(CallsServer.call(", \"language\": \"th-TH\"")).decoded(
                    CallsAPI.Call.self)
                _ = try await server.upload(Tones.wav(seconds: 3, channels: 2), to: call.id, query: query)
                let done = try await process(
                    call.id, on: server,
                    [
                        Self.heard(long, until: 2.5, language: "thai"),
                        Self.heard(short, until: 1, language: "thai"),
                    ],
                    analyzedBy: { OpenAIAnalyzer(client: $0.client, configuration: $0.configuration()) }
                ) { fake in
                    #expect(fake.uploads.map { $0.values("language") } == [["th"], ["th"]] && fake.chats.isEmpty)
                }
                #expect(done.transcript?.language == "th")
                let talk = try #require(done.analysis?.talk)
                #expect(talk.agentRatio == agent && talk.customerRatio == customer, "\(query)")
                #expect(talk.wordsPerMinute == rate, "\(query)")
                #expect(talk.silenceRatio == 0.333 && talk.unavailableReason == nil)
            }
        }
    }

    @Test func `history is transcribed when asked for`() async throws {
        try await CallsServer.with { server in
            let past = Timestamp.now() - .seconds(200_000)
            func importCall() async throws -> CallID {
                let call = try await server.post(CallsServer.call(startedAt: past)).decoded(CallsAPI.Call.self)
                #expect(call.origin == .import)
                return call.id
            }
            let store = JobStore(server.database.tenant(server.tenant))
            let quiet = try await importCall()
            _ = try await server.upload(Tones.wav(seconds: 1), to: quiet)
            #expect(try await store.list(subject: quiet.uuid).isEmpty)
            _ = try await server.send(.post, "/api/v1/calls/\(quiet)/processing/retry")
            #expect(try await store.list(subject: quiet.uuid).count == 1)
            let asked = try await importCall()
            _ = try await server.upload(Tones.wav(seconds: 1), to: asked, query: "?transcribe=true")
            #expect(try await store.list(subject: asked.uuid).count == 1)
        }
    }

    @Test(
        .enabled(if: LocalRecogniser.python != nil, "no local recogniser (LOCAL_RECOGNISER)"),
        .enabled(if: Tool.hasFlite, "flite is not installed"))
    func `the local engine needs no key and no network`() async throws {
        try await CallsServer.with { server in
            let text = "I would like to have a refund for the broken lamp please."
            let speech = try await SpokenSounds.say(text, voice: "rms", loop: server.loop, in: server.scratch)
            try SpokenSounds.write(speech, to: server.scratch.file("said.wav"), rate: 16_000)
            let bytes = try server.scratch.bytes(of: "said.wav")
            let call = try await server.createCall()
            #expect(try await server.upload(bytes, to: call.id).status == 202)
            let done = try await process(call.id, on: server, [], isLocal: true)
            #expect(done.processing.stage == .analysed)
            #expect(done.transcript?.engine == "local")
            let heard = try #require(done.transcript).segments.map(\.text).joined(separator: " ")
            #expect(Words.errorRate(heard, spoken: text) < 0.3)
            let page = try await server.send(.get, "/api/v1/calls?search=refund").decoded(
                Page<CallsAPI.CallSummary>.self)
            #expect(page.data.map(\.id) == [call.id])
        }
    }
}
