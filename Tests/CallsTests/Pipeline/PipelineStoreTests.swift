import JSON
import Models
import Postgres
import Testing

@testable import Calls

struct PipelineStoreTests {
    private let tenant = TenantID.make()

    private func callWithRecording(_ database: Database) async throws -> Call {
        let call = try await CallStore(database: database).add(.sample(), in: tenant)
        let stored = try await RecordingStore(database: database).create(
            .sample(of: call.id), .asked, in: tenant)
        return try #require(stored)
    }

    @Test func `a call goes through the stages in order and keeps what was made`() async throws {
        try await withCalls { database, _, _ in
            let pipeline = PipelineStore(database: database)
            let call = try await callWithRecording(database)
            #expect(call.processing.stage == .recordingStored)
            #expect(call.recording?.bytes == 32_044)
            #expect(try await pipeline.startAnalysing(call.id, in: tenant) == nil)
            let started = try await pipeline.startTranscribing(call.id, in: tenant)
            #expect(started?.processing.attempts == 1)
            let again = try await pipeline.startTranscribing(call.id, in: tenant)
            #expect(again?.processing.attempts == 2)
            let transcript = Transcript.sample("I want a refund.", "Of course.")
            let transcribed = try await pipeline.finishTranscribing(
                call.id, transcript, words: WordCutter.distinctWords(in: transcript.text), in: tenant)
            #expect(transcribed?.processing.stage == .transcribed)
            #expect(transcribed?.transcript == TranscriptOutline(version: 1, language: "en", engine: "local"))
            #expect(try await pipeline.finishTranscribing(call.id, transcript, words: [], in: tenant) == nil)
            _ = try await pipeline.startAnalysing(call.id, in: tenant)
            let analysis = LocalAnalyzer.analysis(
                of: AnalysisRequest(
                    transcript: transcript, durationSeconds: 2, separateChannels: 2,
                    callDate: LocalDate(daysSince1970: 20_000)))
            let analysed = try await pipeline.finishAnalysing(call.id, analysis, in: tenant)
            #expect(analysed?.processing.stage == .analysed)
            #expect(analysed?.analysis?.summary == analysis.summary)
            let results = try await ResultStore(database: database).results(of: call.id, in: tenant)
            #expect(results.recording?.callID == call.id)
            #expect(results.transcript?.transcript == transcript)
            #expect(results.transcript?.version == 1)
            #expect(results.analysis?.analysis == analysis)
        }
    }

    @Test func `a failure is shown at once and ends the processing when it is final`() async throws {
        try await withCalls { database, _, _ in
            let pipeline = PipelineStore(database: database)
            let call = try await callWithRecording(database)
            _ = try await pipeline.startTranscribing(call.id, in: tenant)
            let noted = try await pipeline.noteFailure(
                call.id, code: "engine_timeout", detail: "Too long.", isFinal: false, in: tenant)
            #expect(noted?.processing.stage == .transcribing)
            #expect(noted?.processing.errorCode == "engine_timeout")
            let failed = try await pipeline.noteFailure(
                call.id, code: "audio_malformed", detail: "Damaged.", isFinal: true, in: tenant)
            #expect(failed?.processing.stage == .failed)
            #expect(try await pipeline.startTranscribing(call.id, in: tenant) == nil)
            let retries = RetryStore(database: database)
            let retried = try await retries.retry(call.id, reach: .all, in: tenant)
            #expect(
                retried.processing == Processing(stage: .recordingStored, since: retried.processing.since, attempts: 0))
            let twice = await #expect(throws: Failure.self) {
                try await retries.retry(call.id, reach: .all, in: tenant)
            }
            #expect(twice?.code == .conflict)
            let elsewhere = await #expect(throws: Failure.self) {
                try await retries.retry(call.id, reach: .all, in: .make())
            }
            #expect(elsewhere?.code == .notFound)
        }
    }

    @Test func `a call takes one recording, and none in the bin`() async throws {
        try await withCalls { database, _, _ in
            let call = try await callWithRecording(database)
            let recordings = RecordingStore(database: database)
            #expect(try await recordings.create(.sample(of: call.id), .usual, in: tenant) == nil)
            let calls = CallStore(database: database)
            let binned = try await calls.add(.sample(), in: tenant)
            _ = try await calls.delete(binned.id, version: nil, reach: .all, in: tenant)
            #expect(try await recordings.create(.sample(of: binned.id), .usual, in: tenant) == nil)
            #expect(try await recordings.create(.sample(of: call.id), .usual, in: .make()) == nil)
        }
    }

    @Test(arguments: [
        ("We talked about a refund for the broken lamp.", "refund lamp", true),
        ("We talked about a refund for the broken lamp.", "ref*", true),
        ("We talked about a refund for the broken lamp.", "ref", false),
        ("We talked about a refund for the broken lamp.", "REFUND", true),
        ("ผมต้องการคืนเงินสำหรับสินค้าชิ้นนี้", "คืนเงิน", true),
        ("ผมต้องการคืนเงินสำหรับสินค้าชิ้นนี้", "โรงแรม", false),
        ("我想要退款，因为产品坏了。", "退款", true),
        ("我想要退款，因为产品坏了。", "酒店", false),
    ])
    func `transcripts are searched by the words of any script`(text: String, query: String, isFound: Bool) async throws
    {
        try await withCalls { database, _, _ in
            let pipeline = PipelineStore(database: database)
            let call = try await callWithRecording(database)
            _ = try await pipeline.startTranscribing(call.id, in: tenant)
            _ = try await pipeline.finishTranscribing(
                call.id, .sample(text), words: WordCutter.distinctWords(in: text), in: tenant)
            var filter = CallFilter(reach: .all, timeZone: .utc)
            filter.words = WordQuery(query).tsquery
            let lists = CallListStore(database: database)
            let page = try await lists.page(filter, after: nil, limit: 10, offset: 0, in: tenant)
            #expect(page.calls.map(\.id) == (isFound ? [call.id] : []))
            let elsewhere = try await lists.page(filter, after: nil, limit: 10, offset: 0, in: .make())
            #expect(elsewhere.calls.isEmpty)
        }
    }

    @Test func `a new transcript takes the old one's place in the search`() async throws {
        try await withCalls { database, _, _ in
            let pipeline = PipelineStore(database: database)
            let call = try await callWithRecording(database)
            for text in ["apples", "pears"] {
                try await database.tenant(tenant).execute(
                    "UPDATE calls SET stage = 'transcribing' WHERE tenant_id = \(tenant) AND id = \(call.id)")
                _ = try await pipeline.finishTranscribing(call.id, .sample(text), words: [text], in: tenant)
            }
            for (word, count) in [("apples", 0), ("pears", 1)] {
                var filter = CallFilter(reach: .all, timeZone: .utc)
                filter.words = WordQuery(word).tsquery
                let page = try await CallListStore(database: database).page(
                    filter, after: nil, limit: 10, offset: 0, in: tenant)
                #expect(page.calls.count == count)
                #expect(page.total == count)
            }
        }
    }

    @Test func `roll-ups follow what happens to calls`() async throws {
        try await withCalls { database, _, _ in
            let (calls, rollups) = (CallStore(database: database), RollupStore(database: database))
            let call = try await calls.add(.sample(), in: tenant)
            var test = CallDraft.sample()
            test.isTest = true
            _ = try await calls.add(test, in: tenant)
            func counted() async throws -> [Int] {
                _ = try await rollups.recount(limit: 100, in: tenant)
                return try await database.tenant(tenant).query(
                    "SELECT calls, seconds FROM call_figures WHERE tenant_id = \(tenant) AND kind = 'all'"
                ) { row in try [row.next(Int.self), row.next(Int.self)] }.flatMap { $0 }
            }
            #expect(try await rollups.tenantsWithMarks(limit: 10) == [tenant])
            #expect(try await counted() == [1, 120])
            #expect(try await rollups.tenantsWithMarks(limit: 10) == [])
            _ = try await calls.delete(call.id, version: nil, reach: .all, in: tenant)
            #expect(try await counted() == [])
            _ = try await calls.restore(call.id, reach: .all, in: tenant)
            #expect(try await counted() == [1, 120])
        }
    }
}
