import Audio
import BlobStore
import HTTP
import IO
import Jobs
import JSON
import Models
import Postgres
import Telemetry
import Testing
import WebTestSupport

@testable import Calls

@Suite(.enabled(if: Tool.hasCalls, "the calls executable is not built"))
struct RedactionTests {
    private func workshop(_ server: CallsServer) throws -> RecordingWorkshop {
        RecordingWorkshop(
            recordings: RecordingStore(database: server.database),
            redactions: RedactionStore(database: server.database), blobs: server.blobs,
            recode: RecodeProcess(executable: try #require(Tool.calls)), slots: ChildSlots(1),
            workFolder: server.scratch.path)
    }

    /// The loudest sample of each second of a channel.
    private func loudness(_ bytes: [UInt8], channel: Int, in server: CallsServer) throws -> [Float] {
        let name = "played-\(RecordingID.make())"
        try server.scratch.write(bytes, to: name)
        var reader = try AudioReader(path: server.scratch.file(name))
        let (rate, channels) = (reader.format.sampleRate, reader.format.channels)
        var seconds: [Float] = []
        var block = [Float](repeating: 0, count: rate * channels)
        var rest: [Float] = []
        while case let count = reader.read(into: &block), count > 0 {
            rest += (0..<count).map { abs(block[$0 * channels + channel]) }
            while rest.count >= rate {
                seconds.append(rest[..<rate].max() ?? 0)
                rest.removeFirst(rate)
            }
        }
        return seconds
    }

    private func play(
        _ call: CallID, _ query: String = "", as caller: TestCaller = .user(.owner), on server: CallsServer
    ) async throws -> CallsServer.Answer {
        try await server.send(.get, "/api/v1/calls/\(call)/recording\(query)", as: caller)
    }

    @Test func `a silenced stretch is silent, and only who may hears what was there`() async throws {
        try await CallsServer.with { server in
            let agent = TestCaller.person(.make(), .agent)
            let call = try await server.createCall(as: agent).id
            let original = Tones.wav(seconds: 6, channels: 2)
            _ = try await server.upload(original, to: call, as: agent)
            let path = "/api/v1/calls/\(call)/redactions"
            let body = "{\"start_seconds\": 2, \"end_seconds\": 4, \"channel\": 1}"
            #expect(try await server.sendJSON(.post, path, body, as: agent).status == 201)
            // Until the copy is there, nothing is played.
            let waiting = try await play(call, as: agent, on: server)
            #expect(waiting.status == 503 && waiting.headers["Retry-After"] == "5")
            try await workshop(server).redact(call, in: server.tenant, loop: server.loop)
            let played = try await play(call, as: agent, on: server)
            #expect(played.status == 200 && played.headers["Content-Type"] == "audio/ogg")
            let (left, right) = (
                try loudness(played.bytes, channel: 0, in: server), try loudness(played.bytes, channel: 1, in: server)
            )
            #expect(left.count >= 5 && left.allSatisfy { $0 > 0.05 })
            #expect(right[0] > 0.05 && right[3] < 0.02 && right[5] > 0.05)
            #expect(try await play(call, "?original=true", as: agent, on: server).status == 403)
            let whole = try await play(call, "?original=true", on: server)
            #expect(whole.status == 200 && whole.bytes == original)
            #expect(try await play(call, on: server).bytes == played.bytes)
            let seen = try await server.get(call)
            #expect(seen.recording?.isRedacted == true)
            let found = try await server.send(.get, path, as: agent).decoded(CallsAPI.Redactions.self)
            #expect(!found.isPending && found.data.map(\.reason) == [.manual])
            let place = "/api/v1/calls/redactions/\(found.data[0].id)"
            #expect(try await server.send(.delete, place, as: agent).status == 403)
            #expect(try await server.send(.delete, place).status == 204)
            try await workshop(server).redact(call, in: server.tenant, loop: server.loop)
            #expect(try await play(call, as: agent, on: server).bytes == original)
            #expect(try await server.storedFiles().filter { $0.hasSuffix("redacted") } == [])
        }
    }

    @Test func `words of a silenced stretch go from every version, and from the search`() async throws {
        try await CallsServer.with { server in
            let call = try await server.callWithTranscript()
            let fix = "{\"version\": 1, \"segments\": [{\"id\": 0, \"text\": \"Good evening.\"}]}"
            _ = try await server.sendJSON(.post, "/api/v1/calls/\(call)/transcript/corrections", fix)
            let body = "{\"start_seconds\": 12, \"end_seconds\": 15}"
            #expect(try await server.sendJSON(.post, "/api/v1/calls/\(call)/redactions", body).status == 201)
            for version in [1, 2] {
                let read = try await server.send(.get, "/api/v1/calls/\(call)/transcripts/\(version)")
                    .decoded(CallsAPI.Transcript.self)
                #expect(read.segments[3].text == "[redacted]")
            }
            let page = try await server.send(.get, "/api/v1/calls?search=expensive")
                .decoded(Page<CallsAPI.CallSummary>.self)
            #expect(page.total == 0)
        }
    }

    @Test func `a card's number is neither kept nor told, and its sound is to be silenced`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            var recording = Recording.sample(of: call.id)
            recording.channels = 2
            _ = try await RecordingStore(database: server.database).create(recording, .whenAsked, in: server.tenant)
            let pipeline = PipelineStore(database: server.database)
            _ = try await pipeline.startTranscribing(call.id, in: server.tenant)
            let (kept, spans) = CardNumberRules.redact(
                Conversation.transcript([(.customer, "My card is 4111 1111 1111 1111.")]))
            _ = try await pipeline.finishTranscribing(
                call.id, kept, words: WordCutter.distinctWords(in: kept.text), redactions: spans, in: server.tenant)
            let found = try await server.send(.get, "/api/v1/calls/\(call.id)/redactions")
                .decoded(CallsAPI.Redactions.self)
            #expect(found.isPending && found.data.map(\.reason) == [.cardNumber])
            #expect(try await play(call.id, on: server).status == 503)
            let jobs = try await server.database.values(
                "SELECT kind FROM jobs WHERE subject_id = \(recording.id)", as: String.self)
            #expect(jobs == [RedactRecordingJob.kind])
            // Nobody writes it back.
            let fix = "{\"version\": 1, \"segments\": [{\"id\": 0, \"text\": \"It was 4111111111111111\"}]}"
            try await server.analyse(call.id)
            let answer = try await server.sendJSON(.post, "/api/v1/calls/\(call.id)/transcript/corrections", fix)
            #expect(try answer.decoded(CallsAPI.Call.self).transcript?.segments[0].text == "It was [redacted]")
        }
    }

    @Test func `a pause is marked by agents and silent in what is handed in later`() async throws {
        try await CallsServer.with { server in
            let agent = TestCaller.person(.make(), .agent)
            let call = try await server.createCall(as: agent).id
            let path = "/api/v1/calls/\(call)/redactions"
            #expect(try await server.sendJSON(.post, "\(path)/resume", "{}", as: agent).status == 409)
            #expect(try await server.sendJSON(.post, "\(path)/pause", "{\"at_seconds\": 1}", as: agent).status == 200)
            #expect(try await server.sendJSON(.post, "\(path)/pause", "{\"at_seconds\": 2}", as: agent).status == 409)
            let resumed = try await server.sendJSON(.post, "\(path)/resume", "{\"at_seconds\": 3}", as: agent)
            #expect(try resumed.decoded(CallsAPI.Redaction.self).endSeconds == 3)
            #expect(try await server.sendJSON(.post, "\(path)/pause", "{\"at_seconds\": 5}", as: agent).status == 200)
            _ = try await server.upload(Tones.wav(seconds: 6), to: call, as: agent)
            #expect(try await server.sendJSON(.post, "\(path)/resume", "{}", as: agent).status == 409)
            // Until what was said in the pauses is out of the bytes, nobody hears or reads them.
            #expect(try await play(call, "?original=true", on: server).status == 503)
            let early = try await server.database.values(
                "SELECT kind FROM jobs WHERE tenant_id = \(server.tenant) ORDER BY kind", as: String.self)
            #expect(early == [RedactRecordingJob.kind])
            try await workshop(server).redact(
                RedactRecordingJob(callID: call, transcribing: true), in: server.tenant, loop: server.loop)
            for query in ["", "?original=true"] {
                let heard = try loudness(try await play(call, query, on: server).bytes, channel: 0, in: server)
                #expect(heard[0] > 0.05 && heard[2] < 0.02 && heard[4] > 0.05 && heard[5] < 0.05)
            }
            let kept = try await server.storedFiles().compactMap { $0.split(separator: "/").last }.sorted()
            #expect(kept == ["compact", "redacted"])
            let jobs = try await server.database.values(
                "SELECT kind FROM jobs WHERE subject_id = \(call)", as: String.self)
            #expect(jobs == [TranscribeCallJob.kind])
            // A pause is told, and cannot be taken back; the bytes are known again.
            let told = try await server.send(.get, path).decoded(CallsAPI.Redactions.self)
            #expect(told.data.map(\.reason) == [.paused, .paused])
            #expect(try await server.send(.delete, "/api/v1/calls/redactions/\(told.data[0].id)").status == 409)
            #expect(try await server.upload(Tones.wav(seconds: 6), to: call).status == 202)
        }
    }

    @Test func `pauses that a carrier was told of are silent though it did not heed them`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall().id
            for (start, end) in [(5.0, Optional(6.0)), (14.0, nil)] {
                _ = try await server.database.tenant(server.tenant).execute(
                    """
                    INSERT INTO recording_pauses (tenant_id, id, call_id, paused_at, resumed_at)
                    SELECT tenant_id, gen_random_uuid(), id, started_at + make_interval(secs => \(start)),
                        started_at + make_interval(secs => \(end))
                    FROM calls WHERE tenant_id = \(server.tenant) AND id = \(call)
                    """)
            }
            _ = try await server.upload(Tones.wav(seconds: 16), to: call)
            let told = try await server.send(.get, "/api/v1/calls/\(call)/redactions").decoded(CallsAPI.Redactions.self)
            #expect(told.isPending && told.data.map(\.reason) == [.paused, .paused])
            #expect(told.data.map { ($0.startSeconds * 10).rounded() / 10 } == [3, 12])
            try await workshop(server).redact(call, in: server.tenant, loop: server.loop)
            let heard = try loudness(try await play(call, "?original=true", on: server).bytes, channel: 0, in: server)
            #expect([1, 2, 9, 10, 11].allSatisfy { heard[$0] > 0.05 })
            #expect([4, 5, 6, 13, 14].allSatisfy { heard[$0] < 0.02 })
        }
    }

    @Test func `the queue silences exactly what was spoken, in the sound as in the text`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall().id
            _ = try await server.upload(Tones.wav(seconds: 12), to: call)
            let words = "Yes it is 4111 1111 1111 1111 that is all".split(separator: " ").enumerated().map {
                "{\"word\":\"\($1)\",\"start\":\($0).0,\"end\":\($0).9}"
            }.joined(separator: ",")
            let fake = try FakeOpenAI(
                server.loop,
                [
                    FakeOpenAI.json(
                        """
                        {"task":"transcribe","language":"english","duration":12.0,
                        "text":"Yes, it is 4111 1111 1111 1111. That is all.","segments":[{"id":0,"seek":0,"start":0.0,
                        "end":10.0,"text":" Yes, it is 4111 1111 1111 1111. That is all.","tokens":[1],"temperature":0.0,
                        "avg_logprob":-0.2,"compression_ratio":1.2,"no_speech_prob":0.01}],"words":[\(words)],
                        "usage":{"type":"duration","seconds":12}}
                        """)
                ])
            let stages = PipelineStages(
                database: server.database, blobs: server.blobs,
                engines: Engines(
                    transcriber: OpenAITranscriber(client: fake.client, configuration: fake.configuration()),
                    analyzer: LocalAnalyzer()),
                slots: ChildSlots(1), workFolder: server.scratch.path,
                decode: DecodeProcess(executable: try #require(Tool.calls)))
            let runner = JobRunner(
                loop: server.loop, database: server.database,
                configuration: JobRunnerConfiguration(poll: .milliseconds(50)),
                logger: Logger(service: "tests", level: .error), metrics: Metrics())
            CallJobService.register(stages, on: runner, server.trust.knowledge, server.loop)
            CallJobService.register(try workshop(server), on: runner, loop: server.loop)
            runner.start()
            var (seen, played) = (try await server.get(call), 503)
            while seen.processing.stage != .analysed || played != 200 {
                try #require(seen.processing.error == nil)
                try await server.loop.sleep(for: .milliseconds(50))
                seen = try await server.get(call)
                played = try await play(call, on: server).status
            }
            await runner.stop(within: .seconds(10))
            await fake.stop()
            #expect(seen.transcript?.segments.map(\.text) == ["Yes, it is [redacted]. That is all."])
            let heard = try loudness(try await play(call, on: server).bytes, channel: 0, in: server)
            #expect([0, 1, 2, 7, 8, 9, 10].allSatisfy { heard[$0] > 0.05 })
            #expect([3, 4, 5, 6].allSatisfy { heard[$0] < 0.02 })
        }
    }

    @Test func `old recordings are kept smaller, play on, and are known again by their first bytes`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall().id
            let original = Tones.wav(seconds: 20)
            _ = try await server.upload(original, to: call)
            server.trust.knowledge.set(Settings.recodeDays, 10, of: server.tenant)
            let recoding = RecordingRecoding(
                database: server.database, workshop: try workshop(server), knowledge: server.trust.knowledge,
                logger: Logger(service: "tests", level: .error))
            try await recoding.run(loop: server.loop)
            #expect(try await play(call, on: server).bytes == original)
            let later = Timestamp.now() + .seconds(86_400 * 11)
            try await recoding.run(loop: server.loop, now: later)
            let played = try await play(call, on: server)
            #expect(played.headers["Content-Type"] == "audio/ogg" && played.bytes.count < original.count / 2)
            #expect(try loudness(played.bytes, channel: 0, in: server).allSatisfy { $0 > 0.05 })
            #expect(try await server.storedFiles().map { $0.split(separator: "/").last } == ["compact"])
            // Nothing is done twice.
            try await recoding.run(loop: server.loop, now: later)
            #expect(try await play(call, on: server).bytes == played.bytes)
            #expect(try await server.upload(original, to: call).status == 202)
            #expect(try await server.upload(Tones.wav(seconds: 1), to: call).status == 409)
            let storage = try await server.send(.get, "/api/v1/recordings/storage").decoded(CallsAPI.Storage.self)
            #expect(storage.recordings == 1 && storage.bytes == Int64(played.bytes.count))
            #expect(storage.savedBytes == Int64(original.count - played.bytes.count))
            #expect(try await server.send(.get, "/api/v1/recordings/storage", as: .user(.agent)).status == 403)
        }
    }
}
