import HTTP
import HTTPClient
import IO
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

extension CallsServer {
    /// Runs the queue's work for one call as the jobs would, with rules in place of engines.
    var rules: CallAnalysis {
        PipelineStages(
            database: database, blobs: blobs,
            engines: Engines(
                transcriber: LocalTranscriber(
                    loop: loop,
                    configuration: LocalRecogniserConfiguration(python: "/nonexistent", script: "/nonexistent")),
                analyzer: LocalAnalyzer()),
            slots: ChildSlots(1), workFolder: scratch.path, knowledge: trust.knowledge
        ).analysis
    }

    /// A call of both sides that was written down and, if wanted, analysed.
    func callWithTranscript(
        _ lines: [(Speaker, String)] = Conversation.sale, as caller: TestCaller = .user(.owner), isAnalysed: Bool = true
    ) async throws -> CallID {
        let call = try await createCall(as: caller)
        var recording = Recording.sample(of: call.id)
        recording.channels = 2
        _ = try await RecordingStore(database: database).create(recording, .whenAsked, in: tenant)
        let pipeline = PipelineStore(database: database)
        _ = try await pipeline.startTranscribing(call.id, in: tenant)
        let transcript = Conversation.transcript(lines)
        _ = try await pipeline.finishTranscribing(
            call.id, transcript, words: WordCutter.distinctWords(in: transcript.text), in: tenant)
        if isAnalysed { try await analyse(call.id) }
        return call.id
    }

    /// Does what the newest job of a call asks for, and takes its jobs out of the queue.
    func analyse(_ call: CallID) async throws {
        let payload = try await database.tenant(tenant).value(
            """
            SELECT p.payload FROM jobs AS j JOIN job_payloads AS p ON p.tenant_id = j.tenant_id AND p.job_id = j.id
            WHERE j.tenant_id = \(tenant) AND j.subject_id = \(call) AND j.kind = \(AnalyseCallJob.kind)
            ORDER BY j.created_at DESC, j.id DESC LIMIT 1
            """, as: JSONText.self)
        let job = try #require(payload).decode(AnalyseCallJob.self)
        let analysed = try await rules.run(job, in: tenant, timeZone: .utc)
        #expect(analysed?.processing.stage == .analysed)
        _ = try await database.execute("DELETE FROM jobs WHERE tenant_id = \(tenant) AND subject_id = \(call)")
    }

    func sendJSON(
        _ method: HTTPMethod, _ path: String, _ json: String, as caller: TestCaller = .user(.owner),
        match: String? = nil
    ) async throws -> Answer {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let match { headers.set("If-Match", match) }
        return try await send(method, path, as: caller, headers: headers, body: .bytes(Array(json.utf8)))
    }
}
