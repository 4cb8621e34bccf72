import HTTP
import HTTPClient
import IO
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// A call that was transferred leaves a file of each leg: all of them are the call's.
@Suite(.timeLimit(.minutes(20)), .enabled(if: Tool.hasCalls, "the calls executable is not built"))
struct RecordingFilesTests {
    private static let first = Tones.wav(seconds: 3)
    private static let second = Tones.wav(seconds: 4)

    private struct Scene {
        let server: CallsServer
        let connection: ConnectionID
        let call: CallID

        func bring(_ name: String, _ bytes: [UInt8]) async throws -> CallsServer.Answer {
            try await server.send(
                .put, "/api/v1/recordings/\(connection)?name=\(name)", headers: ["Content-Type": "audio/wav"],
                body: .bytes(bytes))
        }

        func files() async throws -> [CallsAPI.RecordingFile] {
            try await server.send(.get, "/api/v1/calls/\(call)/recordings").decoded(CallsAPI.CallRecordings.self).data
        }

        func play(_ file: CallsAPI.RecordingFile, _ query: String = "") async throws -> CallsServer.Answer {
            try await server.send(.get, "/api/v1/calls/\(call)/recordings/\(file.recording.id)\(query)")
        }

        func jobs(_ kind: String) async throws -> Int {
            try await server.database.tenant(server.tenant).value(
                "SELECT count(*) FROM jobs WHERE tenant_id = \(server.tenant) AND kind = \(kind)", as: Int.self) ?? 0
        }

        /// Has the call written down by a scripted engine.
        func transcribe(_ answers: [String]) async throws {
            let fake = try FakeOpenAI(server.loop, answers.map(RecordingFilesTests.heard))
            let engines = Engines(
                transcriber: OpenAITranscriber(client: fake.client, configuration: fake.configuration()),
                analyzer: LocalAnalyzer())
            let stages = PipelineStages(
                database: server.database, blobs: server.blobs, engines: engines, slots: ChildSlots(1),
                workFolder: server.scratch.path, decode: DecodeProcess(executable: try #require(Tool.calls)))
            let done = try await stages.transcription.run(
                TranscribeCallJob(callID: call), in: server.tenant, loop: server.loop)
            #expect(done != nil)
            await fake.stop()
        }
    }

    private static func heard(_ text: String) -> HTTPResponse {
        FakeOpenAI.json(
            """
            {"task":"transcribe","language":"english","duration":3.0,"text":"\(text)","segments":[{"id":0,"seek":0,
            "start":0.5,"end":2.5,"text":" \(text)","tokens":[1],"temperature":0.0,"avg_logprob":-0.2,
            "compression_ratio":1.2,"no_speech_prob":0.01}],"words":[],"usage":{"type":"duration","seconds":3}}
            """)
    }

    /// A call of which two phones were answered, ten seconds apart, each with a file of its own.
    private func with(_ body: @escaping @Sendable (Scene) async throws -> Void) async throws {
        try await CallsServer.with { server in
            let connection = InternalAPI.Connection(
                id: .make(), provider: "freepbx", name: "PBX", isEnabled: true, timeZone: .utc, country: "US",
                settings: [:], credentials: [:], webhookSecrets: [], version: 1)
            let start = Timestamp.now() - .seconds(600)
            let rows = [(0, "one.wav", 1), (10, "two.wav", 2)].map { second, file, number in
                let at = String((start + .seconds(Int64(second))).rfc3339.prefix(19)).replacing("T", with: " ")
                return "\(at),4155550123,20\(number),5,5,ANSWERED,1.\(number),1.1,\(number),\(file)"
            }
            let text =
                (["calldate,src,dst,duration,billsec,disposition,uniqueid,linkedid,sequence,recordingfile"] + rows)
                .joined(separator: "\n")
            let payload = HookPayload(
                method: .post, rest: ["records"], query: nil, contentType: "text/csv", body: Array(text.utf8),
                receivedAt: .now())
            let provider = try #require(CallProviders.all["freepbx"])
            let reports = try provider.read(payload, connection).whole
            let calls = try await server.database.tenant(server.tenant).transaction { transaction in
                try await IngestStore(
                    transaction: transaction, tenant: server.tenant, connection: connection, agents: .nobody
                ).apply(reports.map { .init(report: $0, at: payload.receivedAt) })
            }
            try await body(Scene(server: server, connection: connection.id, call: try #require(calls.first)))
        }
    }

    @Test func `each file is the call's, with its own sound, waveform and place in the call`() async throws {
        try await with { scene in
            #expect(try await scene.files().isEmpty)
            #expect(try await scene.bring("one.wav", Self.first).status == 202)
            #expect(try await scene.bring("two.wav", Self.second).status == 202)
            #expect(try await scene.bring("two.wav", Self.second).status == 202)
            #expect(try await scene.bring("two.wav", Self.first).status == 409)
            let files = try await scene.files()
            #expect(files.map(\.offsetSeconds) == [0, 10])
            #expect(files.map(\.recording.bytes) == [Self.first, Self.second].map { Int64($0.count) })
            for (file, bytes) in zip(files, [Self.first, Self.second]) {
                let played = try await scene.play(file)
                #expect(played.status == 200 && played.bytes == bytes)
                #expect(try await scene.play(file, "/peaks").status == 404)
            }
            let whole = try await scene.server.get(scene.call)
            #expect(whole.recording?.id == files[0].recording.id && whole.processing.stage == .recordingStored)
            try await scene.transcribe(["Good morning", "I put you through"])
            for file in files {
                let peaks = try await scene.play(file, "/peaks")
                #expect(try peaks.decoded(CallsAPI.Peaks.self).channels.count == file.recording.channels)
            }
            let segments = try #require(try await scene.server.get(scene.call).transcript).segments
            #expect(segments.map(\.startSeconds) == [0.5, 10.5] && segments.map(\.id) == [0, 1])
            #expect(segments.map { $0.text.trimmed } == ["Good morning", "I put you through"])
            let listens = try await scene.server.send(.get, "/api/v1/calls/\(scene.call)/recording/listens")
                .decoded(Page<CallsAPI.Listen>.self).data
            #expect(listens.contains { $0.fromSeconds == 0 } && listens.contains { $0.toSeconds > 13.9 })
            let foreign = try await scene.server.send(
                .get, "/api/v1/calls/\(scene.call)/recordings", as: .person(.make(), .agent))
            #expect(foreign.status == 404)
            let other = try await scene.server.createCall().id
            #expect(
                try await scene.server.send(.get, "/api/v1/calls/\(other)/recordings/\(files[1].recording.id)").status
                    == 404)
        }
    }

    @Test func `a stretch that is silenced is silent in the file where it lies, and the other stays as it is`()
        async throws
    {
        try await with { scene in
            _ = try await scene.bring("one.wav", Self.first)
            _ = try await scene.bring("two.wav", Self.second)
            try await scene.transcribe(["Good morning", "My secret word"])
            let made = try await scene.server.json(
                .post, "/api/v1/calls/\(scene.call)/redactions", #"{"start_seconds": 10.2, "end_seconds": 13}"#)
            #expect(made.status == 201)
            for file in try await scene.files() { #expect(try await scene.play(file).status == 503) }
            let workshop = RecordingWorkshop(
                recordings: RecordingStore(database: scene.server.database),
                redactions: RedactionStore(database: scene.server.database), blobs: scene.server.blobs,
                recode: RecodeProcess(executable: try #require(Tool.calls)), slots: ChildSlots(1),
                workFolder: scene.server.scratch.path)
            try await workshop.redact(scene.call, in: scene.server.tenant, loop: scene.server.loop)
            let files = try await scene.files()
            #expect(files.map(\.recording.isRedacted) == [false, true])
            #expect(try await scene.play(files[0]).bytes == Self.first)
            let silenced = try await scene.play(files[1])
            #expect(silenced.headers["Content-Type"] == "audio/ogg" && silenced.bytes != Self.second)
            let words = try #require(try await scene.server.get(scene.call).transcript).segments.map(\.text)
            #expect(words.contains { $0.contains("Good morning") } && !words.contains { $0.contains("secret") })
        }
    }

    @Test func `a file that comes later has the call written down once more, and all go with the call`() async throws {
        try await with { scene in
            _ = try await scene.bring("one.wav", Self.first)
            try await scene.transcribe(["Good morning"])
            let tenant = scene.server.tenant
            try await scene.server.database.tenant(tenant).execute(
                "UPDATE calls SET stage = 'analysed' WHERE tenant_id = \(tenant) AND id = \(scene.call)")
            _ = try await scene.bring("two.wav", Self.second)
            #expect(try await scene.jobs(TranscribeAgainJob.kind) == 1)
            try await TranscribeAgainJob(callID: scene.call).run(scene.server.database, in: tenant)
            try await scene.transcribe(["Good morning", "I put you through"])
            let transcript = try #require(try await scene.server.get(scene.call).transcript)
            #expect(transcript.version == 2 && transcript.segments.count == 2)
            let gone = try await RetentionStore(rows: scene.server.database.tenant(tenant)).removeRecordings(
                before: .now() + .seconds(60))
            #expect(Set(gone).count == 2)
            #expect(try await scene.files().isEmpty)
        }
    }
}
