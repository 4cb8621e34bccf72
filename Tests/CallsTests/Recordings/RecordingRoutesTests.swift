import BlobStore
import Crypto
import DatabaseTestSupport
import HTTP
import HTTPClient
import IO
import Jobs
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

@Suite(.enabled(if: Tool.hasCalls, "the calls executable is not built"))
struct RecordingRoutesTests {
    @Test func `a recording is taken in with its digest`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let bytes = Tones.wav(seconds: 2, channels: 2)
            let taken = try await server.upload(bytes, to: call.id)
            #expect(taken.status == 202)
            let recording = try #require(try taken.decoded(CallsAPI.Call.self).recording)
            #expect(recording.bytes == Int64(bytes.count))
            #expect(recording.channels == 2)
            #expect(recording.durationSeconds == 2)
            #expect(recording.contentType == "audio/wav")
            #expect(recording.sha256 == Hex.encode(SHA256.digest(bytes)))
            #expect(try taken.decoded(CallsAPI.Call.self).processing.stage == .recordingStored)
            let jobs = try await JobStore(server.database.tenant(server.tenant)).list(subject: call.id.uuid)
            #expect(jobs.map(\.kind) == [TranscribeCallJob.kind])
        }
    }

    @Test func `a tenant that records nothing has no recording taken in`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            server.trust.knowledge.set(Settings.recordingPolicy, .never, of: .platform)
            #expect(try await server.upload(Tones.wav(seconds: 1), to: call.id).status == 403)
            #expect(try await server.storedFiles().isEmpty)
            server.trust.knowledge.set(Settings.recordingPolicy, .keyPress, of: server.tenant)
            #expect(try await server.upload(Tones.wav(seconds: 1), to: call.id).status == 202)
        }
    }

    @Test func `a recording is written down when the tenant has it so, or when it is asked for`() async throws {
        try await CallsServer.with { server in
            server.trust.knowledge.set(Settings.transcribesCalls, false, of: server.tenant)
            let call = try await server.createCall()
            _ = try await server.upload(Tones.wav(seconds: 1), to: call.id)
            func jobs() async throws -> [String] {
                try await JobStore(server.database.tenant(server.tenant)).list(subject: call.id.uuid).map(\.kind)
            }
            #expect(try await jobs().isEmpty)
            let path = "/api/v1/calls/\(call.id)/processing/retry"
            #expect(try await server.send(.post, path).status == 202)
            #expect(try await jobs() == [TranscribeCallJob.kind])
            // Now it waits for something.
            #expect(try await server.send(.post, path).status == 409)
        }
    }

    @Test func `a recording is played whole and by ranges`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let bytes = Tones.wav(seconds: 2)
            _ = try await server.upload(bytes, to: call.id)
            let path = "/api/v1/calls/\(call.id)/recording"
            let whole = try await server.send(.get, path)
            #expect(whole.status == 200)
            #expect(whole.bytes == bytes)
            #expect(whole.headers["Content-Type"] == "audio/wav")
            let etag = try #require(whole.headers["ETag"])
            let part = try await server.send(.get, path, headers: ["Range": "bytes=100-199", "If-Range": etag])
            #expect(part.status == 206)
            #expect(part.bytes == Array(bytes[100..<200]))
            #expect(part.headers["Content-Range"] == "bytes 100-199/\(bytes.count)")
            let last = try await server.send(.get, path, headers: ["Range": "bytes=-10"])
            #expect(last.bytes == Array(bytes.suffix(10)))
            let changed = try await server.send(.get, path, headers: ["Range": "bytes=0-9", "If-Range": "\"x\""])
            #expect(changed.status == 200)
            let beyond = try await server.send(.get, path, headers: ["Range": "bytes=\(bytes.count)-"])
            #expect(beyond.status == 416)
            #expect(beyond.headers["Content-Range"] == "bytes */\(bytes.count)")
            let head = try await server.send(.head, path)
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)
            #expect(head.headers["Content-Length"] == String(bytes.count))
            #expect(try await server.send(.get, path, headers: ["If-None-Match": etag]).status == 304)
            #expect(try await server.send(.get, path, in: server.trust.otherTenant).status == 404)
            #expect(try await server.send(.get, path + "?download=true", as: .user(.agent)).status == 403)
            let saved = try await server.send(.get, path + "?download=true")
            #expect(saved.headers["Content-Disposition"] == "attachment; filename=\"call-\(call.id).wav\"")
            // Tenancy, which keeps the audit log, hears of what is saved, and of nothing that is only played.
            let told = try await server.database.query("SELECT 1 FROM outbox_events WHERE type = 'data.taken'")
            #expect(told.count == 1)
        }
    }

    @Test func `the same bytes again change nothing, others are refused`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let bytes = Tones.wav(seconds: 1)
            let first = try await server.upload(bytes, to: call.id).decoded(CallsAPI.Call.self)
            let second = try await server.upload(bytes, to: call.id)
            #expect(second.status == 202)
            #expect(try second.decoded(CallsAPI.Call.self).recording == first.recording)
            for other in [Tones.wav(seconds: 2), Tones.wav(seconds: 0.5), [UInt8](bytes.dropLast()) + [1]] {
                let answer = try await server.upload(other, to: call.id)
                #expect(answer.status == 409)
                #expect(try answer.code == "recording_exists")
            }
            #expect(try await server.storedFiles().count == 1)
        }
    }

    @Test func `what is no audio is refused and leaves nothing behind`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let web = Array("<html><body>Not found</body></html>".utf8)
            let damaged = Array("RIFF9999WAVE".utf8) + [UInt8](repeating: 7, count: 500)
            for bytes in [web, [], damaged] {
                let answer = try await server.upload(bytes, to: call.id)
                #expect(answer.status == 415)
                #expect(try answer.code == "unsupported_audio")
            }
            #expect(try await server.upload(Tones.wav(seconds: 1), to: call.id, type: "text/plain").status == 415)
            #expect(try await server.storedFiles().isEmpty)
            #expect(try server.scratch.names(in: "uploads").isEmpty)
            #expect(try server.scratch.names(in: "blobs/.incoming").isEmpty)
            #expect(try await server.get(call.id).recording == nil)
        }
    }

    @Test func `below the disk's reserve nothing is taken in`() async throws {
        try await CallsServer.with(reservePercent: 100) { server in
            let call = try await server.createCall()
            let answer = try await server.upload(Tones.wav(seconds: 1), to: call.id)
            #expect(answer.status == 507)
            #expect(try answer.code == "insufficient_storage")
            #expect(try await server.storedFiles().isEmpty)
        }
    }

    @Test func `calls in the bin, of others and unknown ones take no recording`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let bytes = Tones.wav(seconds: 1)
            #expect(try await server.upload(bytes, to: .make()).status == 404)
            #expect(try await server.upload(bytes, to: call.id, as: .user(.agent)).status == 404)
            #expect(try await server.upload(bytes, to: call.id, query: "?agent_channel=2").status == 400)
            #expect(try await server.upload(bytes, to: call.id, query: "?agent_channel=1").status == 400)
            _ = try await server.send(.delete, "/api/v1/calls/\(call.id)", headers: ["If-Match": "*"])
            #expect(try await server.upload(bytes, to: call.id).status == 409)
            #expect(try await server.storedFiles().isEmpty)
        }
    }

    @Test func `bytes stay while nobody knows whether their row was committed`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let owner = server.tables.open(on: server.loop, as: .owner)
            // The connection breaks in the middle of the commit, which then is an unknown outcome for the client.
            try await owner.execute(
                """
                CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'
                """)
            try await owner.execute(
                """
                CREATE CONSTRAINT TRIGGER break_off AFTER INSERT ON recordings DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION break_off()
                """)
            owner.close()
            let bytes = Tones.wav(seconds: 1)
            #expect(try await server.upload(bytes, to: call.id).status == 503)
            #expect(try await server.storedFiles().count == 1)
        }
    }

    @Test func `a sender that dies in the middle leaves nothing behind`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let bytes = Tones.wav(seconds: 200)
            let body = HTTPBody(declaredLength: Int64(bytes.count)) {}
            bytes[..<(2 << 20)].withUnsafeBytes { body.deliver($0) }
            body.fail(.connectionClosed)
            await #expect(throws: (any Error).self) {
                try await server.send(
                    .put, "/api/v1/calls/\(call.id)/recording", headers: ["Content-Type": "audio/wav"],
                    body: .stream(body))
            }
            // The server ends when the request that it still has is through.
            await server.stop()
            #expect(try await server.storedFiles().isEmpty)
            #expect(try server.scratch.names(in: "uploads").isEmpty)
            #expect(try server.scratch.names(in: "blobs/.incoming").isEmpty)
            let recording = try await RecordingStore(database: server.database).find(of: call.id, in: server.tenant)
            #expect(recording == nil)
        }
    }
}
