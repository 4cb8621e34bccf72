import Audio
import BlobStore
import Glibc
import HTTP
import HTTPClient
import IO
import Jobs
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

@testable import Calls

/// Bytes that no recorder wrote, through the routes and the queue: each call says what is wrong, and the next one works.
@Suite(.enabled(if: Tool.hasCalls, "the calls executable is not built"))
struct HostileAudioTests {
    private static let heard = FakeOpenAI.json(
        """
        {"task":"transcribe","language":"english","duration":1.0,"text":"Hello","segments":[{"id":0,"seek":0,
        "start":0.1,"end":0.9,"text":" Hello","tokens":[1],"temperature":0.0,"avg_logprob":-0.2,
        "compression_ratio":1.2,"no_speech_prob":0.01}],"words":[],"usage":{"type":"duration","seconds":1}}
        """)

    /// Runs the queue until all calls have come to rest.
    private func process(
        _ calls: [CallID], on server: CallsServer, decode executable: String
    ) async throws -> [CallsAPI.Call] {
        let fake = try FakeOpenAI(server.loop, [Self.heard])
        let stages = PipelineStages(
            database: server.database, blobs: server.blobs,
            engines: Engines(
                transcriber: OpenAITranscriber(client: fake.client, configuration: fake.configuration()),
                analyzer: LocalAnalyzer()),
            slots: ChildSlots(1), workFolder: server.scratch.path, decode: DecodeProcess(executable: executable))
        let runner = JobRunner(
            loop: server.loop, database: server.database,
            configuration: JobRunnerConfiguration(poll: .milliseconds(50)),
            logger: Logger(service: "tests", level: .error), metrics: Metrics())
        CallJobService.register(stages, on: runner, server.trust.knowledge, server.loop)
        runner.start()
        var seen: [CallsAPI.Call] = []
        for call in calls {
            var found = try await server.get(call)
            while found.processing.stage != .analysed, found.processing.error == nil {
                try await server.loop.sleep(for: .milliseconds(20))
                found = try await server.get(call)
            }
            seen.append(found)
        }
        await runner.stop(within: .seconds(10))
        await fake.stop()
        return seen
    }

    /// Puts bytes where a recording lies, as a provider might have sent them.
    private func replace(_ call: CallID, by bytes: [UInt8], on server: CallsServer) async throws {
        let found = try await RecordingStore(database: server.database).find(of: call, in: server.tenant)
        let stored = try #require(found)
        let key = try #require(BlobKey(stored.blobKey))
        _ = try await server.blobs.put(key, BytesSource(bytes))
    }

    @Test func `forged headers and torn files are refused or counted, and the service goes on`() async throws {
        try await CallsServer.with { server in
            let good = Tones.wav(seconds: 2, channels: 2)
            func forged(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
                var copy = good
                copy.replaceSubrange(offset..<offset + bytes.count, with: bytes)
                return copy
            }
            let refused = [
                forged(22, [0xFF, 0xFF]), forged(22, [0, 0]), forged(24, [0, 0, 0, 0]),
                forged(24, [0xFF, 0xFF, 0xFF, 0x7F]), forged(20, [0x99, 0x99]), Array(good[..<20]), Array("RIFF".utf8),
                [UInt8](repeating: 0, count: 5_000), Array("<html>expired</html>".utf8),
            ]
            for bytes in refused {
                let call = try await server.createCall()
                let answer = try await server.upload(bytes, to: call.id)
                #expect(answer.status == 415)
                #expect(try await server.get(call.id).recording == nil)
            }
            // A length beyond the file is not believed, and a torn end is where it ends.
            for (bytes, seconds) in [
                (forged(40, [0xFF, 0xFF, 0xFF, 0xFF]), 2.0), (Array(good[..<(44 + 32_000)]), 1.0),
            ] {
                let call = try await server.createCall()
                #expect(try await server.upload(bytes, to: call.id).status == 202)
                #expect(try await server.get(call.id).recording?.durationSeconds == seconds)
            }
            #expect(try server.scratch.names().isSubset(of: ["blobs", "uploads"]))
        }
    }

    @Test func `a fuzzed corpus ends in answers, and what is taken is decoded or says why not`() async throws {
        try await CallsServer.with { server in
            var random = SeededNumbers(state: 23)
            let tone = SpokenSounds.tone(300, seconds: 0.5, rate: 16_000)
            var taken: [CallID] = []
            for (index, coding) in [AudioWriter.Coding.wav16, .flac, .oggOpus, .mp3].enumerated() {
                try SpokenSounds.write(tone, to: server.scratch.file("good-\(index)"), coding, rate: 16_000)
                let good = try server.scratch.bytes(of: "good-\(index)")
                for round in 0..<10 {
                    var bad = good
                    if round.isMultiple(of: 4) { bad.removeLast(Int.random(in: 1..<good.count, using: &random)) }
                    for _ in 0..<12 {
                        bad[Int.random(in: 0..<bad.count, using: &random)] = .random(in: .min ... .max, using: &random)
                    }
                    let call = try await server.createCall()
                    let status = try await server.upload(bad, to: call.id).status
                    #expect(status == 202 || status == 415)
                    if status == 202 { taken.append(call.id) }
                }
            }
            let good = try await server.createCall()
            _ = try await server.upload(Tones.wav(seconds: 1), to: good.id)
            let done = try await process(taken + [good.id], on: server, decode: try #require(Tool.calls))
            #expect(done.last?.processing.stage == .analysed)
            for call in done where call.processing.stage != .analysed {
                #expect(call.processing.error?.code.hasPrefix("audio_") == true)
            }
        }
    }

    @Test func `small files that expand to much are taken for what they are, and the next call is worked on`()
        async throws
    {
        // Made before there is a loop, which would not hear of its timers meanwhile.
        let scratch = try ScratchFolder()
        let bombs = try [AudioWriter.Coding.flac, .oggOpus].map { coding in
            try SpokenSounds.bomb(coding, minutes: 5, to: scratch.file("bomb"))
            return try scratch.bytes(of: "bomb")
        }
        try await CallsServer.with { server in
            var calls: [CallID] = []
            for bomb in bombs {
                let call = try await server.createCall()
                #expect(try await server.upload(bomb, to: call.id).status == 202)
                calls.append(call.id)
            }
            let next = try await server.createCall()
            _ = try await server.upload(Tones.wav(seconds: 1), to: next.id)
            let done = try await process(calls + [next.id], on: server, decode: try #require(Tool.calls))
            #expect(done.allSatisfy { $0.processing.stage == .analysed })
            #expect(done.prefix(2).allSatisfy { abs(($0.recording?.durationSeconds ?? 0) - 300) < 1 })
            #expect(done[2].transcript?.segments.isEmpty == false)
        }
    }

    @Test func `bytes that turn out to be hostile fail their call with the reason, and no other`() async throws {
        try await CallsServer.with { server in
            var calls: [CallID] = []
            for _ in 0..<3 {
                let call = try await server.createCall()
                _ = try await server.upload(Tones.wav(seconds: 1), to: call.id)
                calls.append(call.id)
            }
            try await replace(calls[0], by: Array("<html>expired</html>".utf8), on: server)
            try await replace(calls[1], by: [], on: server)
            let done = try await process(calls, on: server, decode: try #require(Tool.calls))
            #expect(done.map(\.processing.stage) == [.failed, .failed, .analysed])
            #expect(done.map(\.processing.error?.code) == ["audio_unrecognised", "audio_empty", nil])
        }
    }

    @Test func `a child that a recording kills is a failed attempt that the call shows`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            _ = try await server.upload(Tones.wav(seconds: 1), to: call.id)
            try server.scratch.write("#!/bin/sh\nkill -9 $$\n".utf8, to: "killed")
            #expect(chmod(server.scratch.file("killed"), 0o700) == 0)
            let shown = try await process([call.id], on: server, decode: server.scratch.file("killed"))
            #expect(shown[0].processing.error?.code == "decoder_died")
            #expect(shown[0].processing.stage == .transcribing)
            // It is tried again, and the machine is better now.
            _ = try await server.database.execute("UPDATE jobs SET run_at = now() WHERE subject_id = \(call.id)")
            let store = PipelineStore(database: server.database)
            #expect(try await store.startTranscribing(call.id, in: server.tenant)?.processing.attempts == 2)
        }
    }
}
