import BlobStore
import HTTP
import Models
import Postgres
import Telemetry
import Testing
import ServiceKit
import WebTestSupport

@testable import Calls

@Suite(.enabled(if: Tool.hasCalls, "the calls executable is not built"))
struct UpkeepTests {
    private func upkeep(_ server: CallsServer) -> Upkeep {
        var environment = Environment([:])
        let database = server.database
        return Upkeep(
            store: UpkeepStore(database: database), pipeline: PipelineStore(database: database),
            recordings: RecordingStore(database: database), rollups: RollupStore(database: database),
            blobs: server.blobs, configuration: UpkeepConfiguration(&environment),
            knowledge: server.trust.knowledge,
            logger: Logger(service: "tests", level: .error))
    }

    private let hour = Duration.seconds(3_600)

    @Test func `the wait for a recording ends after a day, and one that comes late is taken all the same`() async throws
    {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let upkeep = upkeep(server)
            try await upkeep.settle(now: .now() + hour * 23)
            #expect(try await server.get(call.id).processing.stage == .received)
            try await upkeep.settle(now: .now() + hour * 25)
            #expect(try await server.get(call.id).processing.stage == .noRecording)
            #expect(try await server.upload(Tones.wav(seconds: 1), to: call.id).status == 202)
            #expect(try await server.get(call.id).processing.stage == .recordingStored)
        }
    }

    @Test func `a call whose job died with its process is shown as failed`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            _ = try await server.upload(Tones.wav(seconds: 1), to: call.id)
            try await server.database.execute(
                "UPDATE jobs SET state = 'dead', error_code = 'worker_lost' WHERE subject_id = \(call.id)")
            try await upkeep(server).settle()
            let failed = try await server.get(call.id)
            #expect(failed.processing.stage == .failed)
            #expect(failed.processing.error?.code == "worker_lost")
            let retried = try await server.send(.post, "/api/v1/calls/\(call.id)/processing/retry")
            #expect(retried.status == 202)
            try await upkeep(server).settle()
            #expect(try await server.get(call.id).processing.stage == .recordingStored)
        }
    }

    @Test func `the bin is emptied after its time, bytes and all`() async throws {
        try await CallsServer.with { server in
            let (kept, gone) = (try await server.createCall(), try await server.createCall())
            _ = try await server.upload(Tones.wav(seconds: 1), to: kept.id)
            _ = try await server.upload(Tones.wav(seconds: 1), to: gone.id)
            _ = try await server.send(.delete, "/api/v1/calls/\(gone.id)", headers: ["If-Match": "*"])
            let upkeep = upkeep(server)
            try await upkeep.purge(now: .now() + hour * 24 * 29)
            #expect(try await server.storedFiles().count == 2)
            try await upkeep.purge(now: .now() + hour * 24 * 31)
            #expect(try await server.storedFiles().count == 1)
            #expect(try await server.send(.get, "/api/v1/calls/\(gone.id)").status == 404)
            #expect(try await server.send(.post, "/api/v1/calls/\(gone.id)/restore").status == 404)
            #expect(try await server.get(kept.id).recording != nil)
        }
    }

    @Test func `what a tenant does not keep any longer goes, but for what is held, and another tenant keeps its own`()
        async throws
    {
        try await CallsServer.with { server in
            let (old, held) = (try await server.createCall(), try await server.createCall())
            let other = try await server.createCall(in: server.trust.otherTenant)
            for call in [old, held] { _ = try await server.upload(Tones.wav(seconds: 1), to: call.id) }
            try await server.database.tenant(server.tenant).execute(
                "UPDATE calls SET legal_hold = true WHERE tenant_id = \(server.tenant) AND id = \(held.id)")
            let retention = Retention(
                database: server.database, blobs: server.blobs, knowledge: server.trust.knowledge,
                logger: Logger(service: "tests", level: .error))
            let later = Timestamp.now() + hour * 24 * 40
            try await retention.run(now: later)
            #expect(try await server.storedFiles().count == 2)
            server.trust.knowledge.set(Settings.recordingRetentionDays, 30, of: server.tenant)
            try await retention.run(now: later)
            #expect(try await server.storedFiles().count == 1)
            #expect(try await server.get(old.id).recording == nil)
            #expect(try await server.get(held.id).recording != nil)
            server.trust.knowledge.set(Settings.callRetentionDays, 60, of: server.tenant)
            try await retention.run(now: later)
            #expect(try await server.get(old.id).id == old.id)
            server.trust.knowledge.set(Settings.callRetentionDays, 39, of: server.tenant)
            try await retention.run(now: later)
            #expect(try await server.send(.get, "/api/v1/calls/\(old.id)").status == 404)
            #expect(try await server.get(held.id).recording != nil)
            let kept = try await server.database.tenant(server.trust.otherTenant).first(
                "SELECT 1 FROM calls WHERE tenant_id = \(server.trust.otherTenant) AND id = \(other.id)")
            #expect(kept != nil)
        }
    }

    @Test func `what is not kept any longer is in no list, topic, tracker or account, and nothing waits for it`()
        async throws
    {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            let tracker = try await server.sendJSON(
                .post, "/api/v1/calls/trackers", #"{"name": "Price", "phrases": ["price", "expensive"]}"#
            ).decoded(CallsAPI.Tracker.self)
            let (call, waiting) = (
                try await server.callWithTranscript(), try await server.callWithTranscript(isAnalysed: false)
            )
            let topic = try #require(try await server.get(call).analysis?.topics.first?.name)
            let rows = server.database.tenant(server.tenant)
            _ = try await rows.batch([
                """
                INSERT INTO call_accounts (tenant_id, call_id, document)
                VALUES (\(server.tenant), \(call), '{"transcript": {"value": "words"}, "summary": {}, "language": {}}')
                """,
                """
                UPDATE calls SET stage_error_code = 'budget_exceeded', stage_error_detail = 'It waits.'
                WHERE tenant_id = \(server.tenant) AND id = \(waiting)
                """,
            ])
            let found = [
                "has_recording=true", "has_transcript=true", "has_analysis=true", "tracker_id=\(tracker.id)",
                "topic=\(PercentCode.encode(topic, keeping: ""))",
            ]
            for query in found { #expect(try await listed.ids(query).contains(call), "\(query)") }
            let retention = Retention(
                database: server.database, blobs: server.blobs, knowledge: server.trust.knowledge,
                logger: Logger(service: "tests", level: .error))
            server.trust.knowledge.set(Settings.recordingRetentionDays, 30, of: server.tenant)
            server.trust.knowledge.set(Settings.transcriptRetentionDays, 30, of: server.tenant)
            try await retention.run(now: .now() + hour * 24 * 40)
            for query in found { #expect(try await listed.ids(query) == [], "\(query)") }
            let left = try await listed.list("limit=10").data
            #expect(
                left.count == 2 && left.allSatisfy { $0.recording == nil && $0.transcript == nil && $0.analysis == nil }
            )
            let kept = try await rows.values(
                "SELECT document::text FROM call_accounts WHERE tenant_id = \(server.tenant)", as: String.self)
            #expect(kept == [#"{"language": {}}"#])
            // Nobody begins what cannot end.
            for path in ["analyses", "transcripts", "processing/retry"] {
                #expect(try await server.send(.post, "/api/v1/calls/\(call)/\(path)").status == 409, "\(path)")
            }
            let rested = try await server.get(waiting).processing
            #expect(rested.stage == .noRecording && rested.error == nil)
        }
    }

    @Test func `how long the bin keeps a call is the tenant's setting, then the platform's, then the operator's`()
        async throws
    {
        try await CallsServer.with { server in
            let own = try await server.createCall()
            let other = try await server.createCall(in: server.trust.otherTenant)
            for (id, tenant) in [(own.id, server.tenant), (other.id, server.trust.otherTenant)] {
                _ = try await server.send(
                    .delete, "/api/v1/calls/\(id)", in: tenant, headers: ["If-Match": "*"])
            }
            func isGone(_ id: CallID, in tenant: TenantID) async throws -> Bool {
                try await server.database.tenant(tenant).first(
                    "SELECT 1 FROM calls WHERE tenant_id = \(tenant) AND id = \(id)") == nil
            }
            let upkeep = upkeep(server)
            server.trust.knowledge.set(Settings.binDays, 90, of: server.tenant)
            server.trust.knowledge.set(Settings.binDays, 7, of: .platform)
            try await upkeep.purge(now: .now() + hour * 24 * 6)
            #expect(try await !isGone(other.id, in: server.trust.otherTenant))
            try await upkeep.purge(now: .now() + hour * 24 * 8)
            #expect(try await isGone(other.id, in: server.trust.otherTenant))
            #expect(try await !isGone(own.id, in: server.tenant))
            try await upkeep.purge(now: .now() + hour * 24 * 91)
            #expect(try await isGone(own.id, in: server.tenant))
        }
    }

    @Test func `bytes that no row names are swept away after a day`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            _ = try await server.upload(Tones.wav(seconds: 1), to: call.id)
            let orphan = BlobKey(tenant: server.tenant, recording: .make(), .original)
            _ = try await server.blobs.put(orphan, BytesSource([1, 2, 3]))
            let upkeep = upkeep(server)
            try await upkeep.sweep(now: .now() + hour * 23)
            #expect(try await server.storedFiles().count == 2)
            try await upkeep.sweep(now: .now() + hour * 25)
            #expect(try await server.storedFiles().count == 1)
            #expect(try await server.blobs.size(of: orphan) == nil)
        }
    }
}
