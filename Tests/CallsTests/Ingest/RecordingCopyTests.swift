import BlobStore
import Crypto
import HTTP
import JSON
import Jobs
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Calls

/// Recordings on their way from a provider into the store, whatever the provider does.
@Suite(.timeLimit(.minutes(20))) struct RecordingCopyTests {
    private struct Scene {
        let world: IngestWorld
        let server: FakeProviderServer
        let blobs: FileBlobStore
        let copies: RecordingCopy
        let connection: InternalAPI.Connection

        /// A call that has ended and whose recording is at the provider's.
        func call(_ id: String, _ more: [JSONValue.Member] = []) async throws -> CallID {
            let body = try JSONValue.object(
                [
                    .init("id", .string(id)), .init("status", "completed"), .init("from", "+14155550123"),
                    .init("to", "201"),
                    .init("started_at", .string((Timestamp.now() - .seconds(60)).jsonText)),
                    .init("ended_at", .string(Timestamp.now().jsonText)),
                    .init("recording_url", .string("\(server.url)/\(id).wav")),
                ] + more
            ).bytes
            _ = try await world.deliver(body, to: connection, headers: try HookTests.signed(body))
            try await world.work(connection)
            let found = try await world.database.tenant(world.tenant).first(
                "SELECT id FROM calls WHERE tenant_id = \(world.tenant) AND external_id = \(id)"
            ) { row in try row.next(CallID.self) }
            return try #require(found)
        }

        /// Runs the job as the queue would, once.
        func copy(_ id: CallID) async -> JobFailure? {
            let runner = JobRunner(
                loop: world.loop, database: world.database, logger: Logger(service: "tests", level: .error),
                metrics: Metrics())
            let outcome = Outcome()
            runner.register(
                CopyRecordingJob.self, JobOptions(maxAttempts: 12, backoff: JobBackoff(first: .seconds(3_600)))
            ) { [copies] run, job in
                do {
                    try await copies.run(run, job.callID)
                    outcome.finish(nil)
                } catch {
                    outcome.finish(error as? JobFailure ?? JobFailure("other", "\(error)"))
                    throw error
                }
            }
            runner.start()
            let failure = await outcome.value()
            await runner.stop(within: .seconds(10))
            return failure
        }

        func state(_ id: CallID) async throws -> (stage: String, code: String?) {
            try #require(
                try await world.database.tenant(world.tenant).first(
                    "SELECT stage, stage_error_code FROM calls WHERE tenant_id = \(world.tenant) AND id = \(id)"
                ) { row in (stage: try row.next(String.self), code: try row.next(String?.self)) })
        }
    }

    /// Told once by the job; confined to the test's loop.
    private final class Outcome: @unchecked Sendable {
        private var told: JobFailure??
        private var waiter: CheckedContinuation<JobFailure?, Never>?

        func finish(_ failure: JobFailure?) {
            guard told == nil else { return }
            told = .some(failure)
            waiter?.resume(returning: failure)
            waiter = nil
        }

        func value() async -> JobFailure? {
            if let told { return told }
            return await withCheckedContinuation { waiter = $0 }
        }
    }

    private func with(
        _ provider: String = "generic", _ body: @escaping @Sendable (Scene) async throws -> Void
    ) async throws {
        try await IngestWorld.withProvider({ _ in [GenericProvider(), PBXFilesProvider(name: "freepbx")] }) {
            world, server in
            let scratch = try ScratchFolder()
            let blobs = FileBlobStore(root: try scratch.folder("blobs"), reservePercent: 0)
            let copies = RecordingCopy(
                database: world.database, blobs: blobs,
                probe: ProbeProcess(executable: try #require(Tool.calls), folder: try scratch.folder("uploads")),
                slots: ChildSlots(2), seat: world.seat, knowledge: world.trust.knowledge, loop: world.loop,
                logger: Logger(service: "tests", level: .error))
            let scene = Scene(
                world: world, server: server, blobs: blobs, copies: copies,
                connection: world.connect(provider, settings: ["recordings_address": server.url]))
            try await body(scene)
            withExtendedLifetime(scratch) {}
        }
    }

    @Test func `a recording is copied whole, with its digest, and moves its call on`() async throws {
        try await with { scene in
            let audio = Tones.wav(seconds: 2)
            scene.server.script("/c-1.wav", FakeProviderServer.audio(audio))
            let call = try await scene.call("c-1")
            #expect(try await scene.state(call).stage == "recording_pending")
            #expect(await scene.copy(call) == nil)
            #expect(try await scene.state(call).stage == "recording_stored")
            let recording = try #require(
                try await RecordingStore(database: scene.world.database).find(of: call, in: scene.world.tenant))
            #expect(recording.sha256 == SHA256.digest(audio) && recording.bytes == Int64(audio.count))
        }
    }

    /// A transferred call of FreePBX's, whose legs have a file each; those that are named are not to be had.
    private func transferred(_ scene: Scene, _ files: [String], missing: Set<String> = []) async throws -> CallID {
        let start = Timestamp.now() - .seconds(300)
        let rows = files.enumerated().map { number, file in
            let at = String((start + .seconds(Int64(number) * 20)).rfc3339.prefix(19)).replacing("T", with: " ")
            let folder = at.prefix(10).replacing("-", with: "/")
            if !missing.contains(file) {
                scene.server.script("/\(folder)/\(file)", FakeProviderServer.audio(Tones.wav(seconds: 2)))
            }
            return "\(at),4155550123,20\(number),9,9,ANSWERED,1.\(number),1.0,\(number),\(file)"
        }
        let columns = "calldate,src,dst,duration,billsec,disposition,uniqueid,linkedid,sequence,recordingfile"
        _ = try await scene.world.deliver(
            Array(([columns] + rows).joined(separator: "\n").utf8), to: scene.connection, rest: "/records",
            headers: ["Authorization": "Bearer \(scene.connection.webhookSecrets[0])"])
        try await scene.world.work(scene.connection)
        let found = try await scene.world.database.tenant(scene.world.tenant).first(
            "SELECT id FROM calls WHERE tenant_id = \(scene.world.tenant)"
        ) { row in try row.next(CallID.self) }
        // The rows of other legs may follow, so the files are waited for.
        try await scene.world.database.tenant(scene.world.tenant).execute(
            "UPDATE jobs SET run_at = now() WHERE tenant_id = \(scene.world.tenant) AND kind = 'copy_recording'")
        return try #require(found)
    }

    @Test func `each leg's file is copied, and one that is not to be had keeps no other from being heard`() async throws
    {
        try await with("freepbx") { scene in
            let call = try await transferred(scene, ["one.wav", "two.wav"])
            #expect(await scene.copy(call) == nil)
            let store = RecordingStore(database: scene.world.database)
            let files = try await store.list(of: call, in: scene.world.tenant)
            #expect(files.map(\.offsetSeconds) == [0, 20] && Set(files.compactMap(\.originDigest)).count == 2)
            #expect(try await scene.state(call).stage == "recording_stored")
            let jobs = try await scene.world.database.tenant(scene.world.tenant).values(
                "SELECT kind FROM jobs WHERE tenant_id = \(scene.world.tenant) AND subject_id = \(call)",
                as: String.self)
            #expect(jobs.count { $0 == "transcribe_call" } == 1)
        }
        try await with("freepbx") { scene in
            let call = try await transferred(scene, ["one.wav", "two.wav", "three.wav"], missing: ["two.wav"])
            #expect(await scene.copy(call) == nil)
            let files = try await RecordingStore(database: scene.world.database).list(of: call, in: scene.world.tenant)
            #expect(files.map(\.offsetSeconds) == [0, 40])
            #expect(try await scene.state(call).stage == "recording_stored")
        }
    }

    @Test func `what a provider does wrong shows at the call, and nothing is left of it`() async throws {
        try await with { scene in
            let audio = Tones.wav(seconds: 2)
            for (id, answer, code, isFinal) in [
                ("busy", HTTPResponse(status: 500), "provider_unavailable", false),
                ("gone", HTTPResponse(status: 404), "provider_missing", true),
                ("locked", HTTPResponse(status: 401), "provider_credentials", true),
                ("cut", FakeProviderServer.cut(audio), "recording_interrupted", false),
                ("page", FakeProviderServer.json("<html>"), "unsupported_audio", true),
            ] {
                scene.server.script("/\(id).wav", answer)
                let call = try await scene.call(id)
                let failure = await scene.copy(call)
                #expect(failure?.isFinal == isFinal, "\(id): \(String(describing: failure))")
                let state = try await scene.state(call)
                #expect(state.code == code, "\(id)")
                #expect(state.stage == (isFinal ? "failed" : "recording_pending"), "\(id)")
                #expect(try await scene.blobs.list(after: nil, limit: 10).isEmpty, "\(id)")
                try await scene.world.database.tenant(scene.world.tenant).execute(
                    "DELETE FROM jobs WHERE tenant_id = \(scene.world.tenant)")
            }
            let told = try await scene.world.events().filter { $0 == "connection.failed" }
            #expect(told.count == 1)
        }
    }

    @Test func `where a recording cannot be had the provider's words stand in for it, until it comes after all`()
        async throws
    {
        try await with { scene in
            let audio = Tones.wav(seconds: 1)
            scene.server.script(
                "/c-1.wav", HTTPResponse(status: 404), HTTPResponse(status: 410), FakeProviderServer.audio(audio))
            let call = try await scene.call(
                "c-1",
                [
                    .init("language", "en-US"),
                    .init("transcript", [["speaker": "customer", "text": "I want a refund."]]),
                ])
            #expect(try await scene.state(call).stage == "recording_pending")
            #expect(await scene.copy(call)?.isFinal == true)
            #expect(try await scene.state(call).stage == "transcribed")
            #expect(try await scene.world.events().filter { $0 == "call.processing_failed" }.isEmpty)
            _ = try await scene.world.analyse(call)
            let again = "/api/v1/calls/\(call)/recording/copy"
            func retry() async throws {
                #expect(try await scene.world.send(.post, again).status == 202)
                #expect(try await scene.state(call).stage == "recording_pending")
                try await scene.world.database.tenant(scene.world.tenant).execute(
                    "DELETE FROM jobs WHERE tenant_id = \(scene.world.tenant) AND kind <> 'copy_recording'")
            }
            // In vain again: what was made of the words is there as before.
            try await retry()
            #expect(await scene.copy(call)?.isFinal == true)
            #expect(try await scene.state(call).stage == "analysed")
            try await retry()
            #expect(await scene.copy(call) == nil)
            #expect(try await scene.state(call).stage == "recording_stored")
            let pipeline = PipelineStore(database: scene.world.database)
            _ = try await pipeline.startTranscribing(call, in: scene.world.tenant)
            let ours = try await pipeline.finishTranscribing(
                call, .sample("I want a refund, please."), words: ["refund"], in: scene.world.tenant)
            #expect(ours?.transcript == TranscriptOutline(version: 2, language: "en", engine: "local"))
        }
    }

    @Test func `a provider that asks for patience gets it, and no attempt is counted`() async throws {
        try await with { scene in
            let audio = Tones.wav(seconds: 1)
            scene.server.script(
                "/c-1.wav", HTTPResponse(status: 429, headers: ["Retry-After": "1800"]), FakeProviderServer.audio(audio)
            )
            let call = try await scene.call("c-1")
            #expect(await scene.copy(call) == nil)
            #expect(try await scene.state(call).code == "provider_limited")
            let wait = try await scene.world.database.tenant(scene.world.tenant).value(
                """
                SELECT extract(epoch FROM run_at - now())::float8 FROM jobs
                WHERE tenant_id = \(scene.world.tenant) AND kind = 'copy_recording'
                """, as: Double.self)
            #expect((wait ?? 0) > 1_000)
            try await scene.world.database.tenant(scene.world.tenant).execute(
                "UPDATE jobs SET run_at = now() WHERE tenant_id = \(scene.world.tenant)")
            #expect(await scene.copy(call) == nil)
            #expect(try await scene.state(call).stage == "recording_stored")
        }
    }

    @Test func `an address inside is not asked`() async throws {
        try await IngestWorld.with { world in
            let server = try FakeProviderServer(world.loop)
            let connection = world.connect("generic")
            let provider = try #require(world.seat.providers["generic"])
            let reference = RecordingReference(kind: .url, locator: "\(server.url)/c-1.wav")
            await #expect(throws: ProviderError.self) {
                _ = try await provider.open(reference, connection, world.seat.client)
            }
            #expect(server.seen.isEmpty)
            await server.stop()
        }
    }
}
