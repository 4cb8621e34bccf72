import BlobStore
import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// What a provider wrote down itself, as the call's transcript.
@Suite(.timeLimit(.minutes(20))) struct ProvidedTranscriptTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// A call of Retell's that ended a minute ago.
    private func retell(_ id: String, _ event: String = "call_ended", words: String, more: String = "") -> [UInt8] {
        let end = Timestamp.now().microseconds / 60_000_000 * 60_000
        return Array(
            """
            {"event": "\(event)", "call": {"call_id": "\(id)", "call_type": "phone_call", "call_status": "ended",
             "direction": "inbound", "from_number": "+14155550123", "to_number": "+14155550199",
             "start_timestamp": \(end - 60_000), "end_timestamp": \(end), \(words)\(more)}}
            """.utf8)
    }

    private static let turns = """
        "transcript_object": [
          {"role": "agent", "content": "Good morning, how can I help you?",
           "words": [{"word": "Good", "start": 0.5, "end": 2.5}]},
          {"role": "user", "content": "I am furious. My card 4111 1111 1111 1111 was charged twice.",
           "words": [{"word": "I", "start": 3.0, "end": 8.0}]}]
        """

    private func tell(_ world: IngestWorld, _ connection: InternalAPI.Connection, _ body: [UInt8]) async throws {
        let headers: HTTPHeaders =
            switch connection.provider {
            case "retell": HookTests.retell(body)
            case "vapi": ["X-Vapi-Secret": Self.secret, "Content-Type": "application/json"]
            default: try HookTests.signed(body)
            }
        #expect(try await world.deliver(body, to: connection, headers: headers).status == 204)
        try await world.work(connection)
    }

    private func state(_ world: IngestWorld, _ id: String) async throws -> (
        stage: String, version: Int32, engine: String?
    ) {
        try #require(
            try await world.database.tenant(world.tenant).first(
                """
                SELECT stage, transcript_version, transcript_engine FROM calls
                WHERE tenant_id = \(world.tenant) AND external_id = \(id)
                """
            ) { row in
                (
                    stage: try row.next(String.self), version: try row.next(Int32.self),
                    engine: try row.next(String?.self)
                )
            })
    }

    private func get(_ world: IngestWorld, _ id: CallID) async throws -> CallsAPI.Call {
        try await world.send(.get, "/api/v1/calls/\(id)").decoded()
    }

    @Test func `where no recording comes the provider's words are the transcript, and are analysed`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("retell", credentials: ["api_key": "key_1"])
            try await tell(world, connection, retell("r-1", words: Self.turns))
            let id = try await world.call("r-1")
            let call = try await get(world, id)
            let transcript = try #require(call.transcript)
            #expect(transcript.version == 1 && transcript.engine == "provider" && transcript.model == "retell")
            #expect(transcript.segments.map(\.speaker) == [.agent, .customer])
            #expect(transcript.segments.map(\.channel) == [1, 0])
            #expect(transcript.segments.map(\.startSeconds) == [0.5, 3] && transcript.segments[1].endSeconds == 8)
            #expect(transcript.segments[1].text == "I am furious. My card [redacted] was charged twice.")
            // The same words again change nothing, wherever they stand.
            try await tell(world, connection, retell("r-1", "call_analyzed", words: Self.turns))
            #expect(try await state(world, "r-1").version == 1)
            let analysed = try await world.analyse(id)
            #expect(analysed?.processing.stage == .analysed && analysed?.analysis?.sentimentLabel == .negative)
            #expect(try await world.events().filter { $0 == "call.transcribed" }.count == 1)
            let hits = try await world.send(.get, "/api/v1/calls?search=furious")
            #expect(hits.text.contains(id.jsonText))
            let kept = try await world.database.tenant(world.tenant).value(
                """
                SELECT count(*) FROM call_accounts
                WHERE tenant_id = \(world.tenant) AND document::text LIKE '%4111%'
                """, as: Int.self)
            #expect(kept == 0)
        }
    }

    @Test func `plain text is told apart by who speaks, and every provider's form is read`() async throws {
        try await IngestWorld.with { world in
            let retell = world.connect("retell", credentials: ["api_key": "key_1"])
            try await tell(
                world, retell,
                self.retell("r-2", words: "\"transcript\": \"Agent: Hello.\\nHow are you?\\nUser: Note: fine.\\n\""))
            let vapi = world.connect("vapi")
            let start = Timestamp.now() - .seconds(90)
            let report = """
                {"message": {"type": "end-of-call-report", "endedReason": "customer-ended-call",
                 "timestamp": \(Timestamp.now().microseconds / 1_000),
                 "call": {"id": "v-2", "type": "outboundPhoneCall", "createdAt": "\(start)", "startedAt": "\(start)",
                  "endedAt": "\(start + .seconds(60))", "customer": {"number": "+14155550123"}},
                 "artifact": {"messages": [
                  {"role": "system", "message": "You are a bot."},
                  {"role": "bot", "message": "Hello", "secondsFromStart": 0.4, "duration": 1000},
                  {"role": "user", "message": "Hi", "secondsFromStart": 2.25, "duration": 500}]}}}
                """
            try await tell(world, vapi, Array(report.utf8))
            let generic = world.connect("generic")
            let event = """
                {"id": "g-2", "status": "completed", "started_at": "\(start)", "ended_at": "\(start + .seconds(60))",
                 "from": "+14155550123", "to": "201", "language": "en",
                 "transcript": [{"speaker": "customer", "text": "Hello?"}]}
                """
            try await tell(world, generic, Array(event.utf8))
            let first = try #require(try await get(world, try await world.call("r-2")).transcript)
            #expect(first.segments.map(\.text) == ["Hello. How are you?", "Note: fine."])
            #expect(first.segments.map(\.speaker) == [.agent, .customer])
            let second = try #require(try await get(world, try await world.call("v-2")).transcript)
            #expect(second.model == "vapi" && second.segments.map(\.channel) == [0, 1])
            #expect(
                second.segments.map(\.startSeconds) == [0.4, 2.25] && second.segments.map(\.endSeconds) == [1.4, 2.75])
            let third = try #require(try await get(world, try await world.call("g-2")).transcript)
            #expect(third.language == "en" && third.segments.map(\.text) == ["Hello?"])
            // Words that came without times say nothing of how long somebody spoke.
            _ = try await world.analyse(try await world.call("r-2"))
            let figures = try #require(try await get(world, try await world.call("r-2")).analysis).talk
            #expect(figures.silenceRatio == nil && figures.agentRatio == nil && figures.unavailableReason == "no_times")
        }
    }

    @Test func `nothing is written down of history, where nobody wants it, or while a recording may come`() async throws
    {
        try await IngestWorld.with { world in
            let connection = world.connect("retell", credentials: ["api_key": "key_1"])
            let url = ", \"recording_url\": \"https://recordings.example.com/a.wav\""
            try await tell(world, connection, retell("r-3", words: Self.turns, more: url))
            var now = try await state(world, "r-3")
            #expect(now.stage == "recording_pending" && now.version == 0)
            // The wait is over.
            let id = try await world.call("r-3")
            let later = Timestamp.now() + .seconds(60)
            _ = try await PipelineStore(database: world.database).giveUpRecording(
                id, before: later, writesDown: true, in: world.tenant)
            now = try await state(world, "r-3")
            #expect(now.stage == "transcribed" && now.engine == "provider")
            world.trust.knowledge.set(Settings.transcribesCalls, false, of: world.tenant)
            try await tell(world, connection, retell("r-4", words: Self.turns))
            #expect(try await state(world, "r-4").stage == "received")
            world.trust.knowledge.set(Settings.transcribesCalls, true, of: world.tenant)
            world.trust.knowledge.set(Settings.recordingPolicy, .never, of: world.tenant)
            try await tell(world, connection, retell("r-5", words: Self.turns, more: url))
            #expect(try await state(world, "r-5").engine == "provider")
            let old = Timestamp.now() - .seconds(400_000)
            let generic = world.connect("generic")
            let event = """
                {"id": "g-3", "status": "completed", "started_at": "\(old)", "ended_at": "\(old + .seconds(60))",
                 "from": "+14155550123", "to": "201", "transcript": [{"text": "Long ago."}]}
                """
            try await tell(world, generic, Array(event.utf8))
            #expect(try await state(world, "g-3").stage == "received")
        }
    }

    @Test func `what people silence goes from the provider's words too, and does not come back`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("retell", credentials: ["api_key": "key_1"])
            try await tell(world, connection, retell("r-6", words: Self.turns))
            let id = try await world.call("r-6")
            _ = try await RedactionStore(database: world.database).silence(
                SilentSpan(channel: nil, startSeconds: 2.9, endSeconds: 9), .manual, of: id, by: nil, in: world.tenant)
            try await tell(world, connection, retell("r-6", "call_analyzed", words: Self.turns))
            let found = try await world.database.tenant(world.tenant).value(
                """
                SELECT (SELECT count(*) FROM call_accounts
                        WHERE tenant_id = \(world.tenant) AND document::text LIKE '%furious%')
                    + (SELECT count(*) FROM transcripts
                       WHERE tenant_id = \(world.tenant) AND segments::text LIKE '%furious%')
                """, as: Int.self)
            #expect(found == 0)
            let transcript = try #require(try await get(world, id).transcript)
            #expect(transcript.version == 1 && transcript.segments[1].text == "[redacted]")
        }
    }

    @Test func `an end that was followed is still told when the words are there`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("generic")
            let start = Timestamp.now() - .seconds(60)
            let common = "\"id\": \"g-4\", \"from\": \"+14155550123\", \"to\": \"201\", \"started_at\": \"\(start)\""
            let words = "\"transcript\": [{\"speaker\": \"agent\", \"text\": \"Hello.\"}]"
            try await tell(world, connection, Array("{\(common), \"status\": \"in_progress\", \(words)}".utf8))
            #expect(try await world.told("g-4").map(\.kind) == [.partial])
            let end = "\"ended_at\": \"\(Timestamp.now())\""
            try await tell(world, connection, Array("{\(common), \"status\": \"completed\", \(end), \(words)}".utf8))
            #expect(try await state(world, "g-4").engine == "provider")
            #expect(try await world.told("g-4").map(\.kind) == [.ended])
        }
    }
}

extension IngestWorld {
    /// Does what the job of a call's analysis would, by rules.
    func analyse(_ call: CallID) async throws -> Call? {
        try await PipelineStages(
            database: database, blobs: FileBlobStore(root: "/nonexistent"),
            engines: Engines(
                transcriber: LocalTranscriber(
                    loop: loop,
                    configuration: LocalRecogniserConfiguration(python: "/nonexistent", script: "/nonexistent")),
                analyzer: LocalAnalyzer()),
            slots: ChildSlots(1), workFolder: "/nonexistent", knowledge: trust.knowledge
        ).analysis.run(AnalyseCallJob(callID: call), in: tenant, timeZone: .utc)
    }
}
