import HTTP
import JSON
import Jobs
import Models
import Postgres
import Testing
import Web
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct ManyCallsTests {
    @Test func `an export has every call once, nothing that a spreadsheet would run, and is on record`() async throws {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            var ids: Set<CallID> = []
            for index in 0..<7 {
                ids.insert(
                    try await listed.add {
                        $0.externalID = index == 0 ? "=cmd|' /C calc'!A0" : "plain \"\(index)\", really"
                    })
            }
            let answer = try await server.send(.get, "/api/v1/calls/export?direction=inbound")
            #expect(answer.status == 200)
            let text = String(decoding: answer.bytes.dropFirst(3), as: UTF8.self)
            let lines = text.split(separator: "\r\n")
            #expect(lines.count == 8 && lines.first?.hasPrefix("id,external_id,") == true)
            #expect(Set(lines.dropFirst().map { String($0.prefix(36)) }) == Set(ids.map(\.description)))
            #expect(text.contains(",'=cmd|' /C calc'!A0,") && text.contains("\"plain \"\"1\"\", really\""))
            #expect(text.contains(",+14155550123,"))
            let kept = try await server.send(.get, "/api/v1/calls/exports").decoded(Page<CallsAPI.CallExport>.self).data
            #expect(kept.map(\.rows) == [7] && kept.first?.doneAt != nil)
            #expect(try await server.send(.get, "/api/v1/calls/export", as: .user(.agent)).status == 403)
        }
    }

    @Test func `a call and a list are had on paper, and that is on record`() async throws {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            let call = try await listed.add()
            let tag = try await server.json(.post, "/api/v1/calls/tags", #"{"name": "ด่วนที่สุด"}"#).decoded(
                CallsAPI.Tag.self)
            _ = try await server.json(.put, "/api/v1/calls/\(call)/tags", "{\"ids\": [\"\(tag.id)\"]}")
            for target in ["/api/v1/calls/\(call)/pdf", "/api/v1/calls/export/pdf?direction=inbound"] {
                let paper = try await server.send(.get, target)
                #expect(paper.status == 200 && paper.bytes.starts(with: "%PDF-".utf8), "\(target)")
                #expect(try await server.send(.get, target, as: .user(.agent)).status == 403)
            }
            let kept = try await server.send(.get, "/api/v1/calls/exports").decoded(Page<CallsAPI.CallExport>.self).data
            #expect(kept.map(\.format) == ["pdf_list", "pdf"] && kept.map(\.rows) == [1, 1])
        }
    }

    @Test func `a call is taken out with all that was found in it, each finding where it was said`() async throws {
        try await CallsServer.with { server in
            let tracker = #"{"name": "Price talk", "phrases": ["premium support plan"]}"#
            _ = try await server.json(.post, "/api/v1/calls/trackers", tracker)
            let call = try await server.callWithTranscript()
            let path = "/api/v1/calls/\(call)/csv"
            let table = try await server.send(.get, path)
            #expect(table.status == 200 && table.headers["Content-Type"] == "text/csv; charset=utf-8")
            let lines = String(decoding: table.bytes.dropFirst(3), as: UTF8.self).split(separator: "\r\n")
            #expect(lines.count == Conversation.sale.count + 1)
            #expect(lines[0] == "segment_id,start_seconds,end_seconds,channel,speaker,doubtful,sentiment,found,text")
            #expect(lines[2].hasPrefix("1,4.0,7.0,1,customer,false,") && lines[2].contains("tracker: Price talk"))
            #expect(try await server.send(.get, path, as: .user(.agent)).status == 403)
            #expect(try await server.send(.get, "/api/v1/calls/\(CallID.make())/csv").status == 404)
            let kept = try await server.send(.get, "/api/v1/calls/exports").decoded(Page<CallsAPI.CallExport>.self).data
            #expect(kept.map(\.format) == ["csv_call"] && kept.map(\.rows) == [Conversation.sale.count])
            // On paper there is the same, heading by heading, but for what is switched off.
            func headings() async throws -> [String] {
                let results = try await ResultStore(database: server.database).results(of: call, in: server.tenant)
                    .showing(server.trust.knowledge.effectiveSettings(of: server.tenant).analysisFeatures)
                return CallFindings.sections(
                    of: try #require(results.analysis).analysis, in: results.analysedTranscript
                ).map(\.heading)
            }
            let all = try await headings()
            for heading in ["Summary", "Topics", "Action items", "Trackers", "Talk", "Objections", "Quality"] {
                #expect(all.contains(heading), "\(heading)")
            }
            server.trust.knowledge.set(
                try #require(Settings.analysisFeatures[.quality]), false, of: server.tenant)
            #expect(Set(all).subtracting(try await headings()).isSuperset(of: ["Quality"]))
            // Findings of an earlier wording stand at no line of the present one.
            let edited = try await server.json(
                .post, "/api/v1/calls/\(call)/transcript/corrections",
                #"{"version": 1, "segments": [{"id": 1, "text": "Hi Anna."}]}"#)
            #expect(edited.status == 200)
            let later = try await server.send(.get, path)
            let text = String(decoding: later.bytes, as: UTF8.self)
            #expect(text.contains(",Hi Anna.\r\n") && !text.contains("tracker:"))
        }
    }

    private func run(_ action: CallsAPI.BulkAction, undoing: Bool = false, _ server: CallsServer) async throws {
        let job = BulkJob(actionID: try #require(action.id), isUndoing: undoing)
        try await job.run(server.database, in: server.tenant)
        // As a job that died before it was taken out of the queue runs twice.
        try await job.run(server.database, in: server.tenant)
    }

    private func bulk(_ body: String, _ server: CallsServer, as caller: TestCaller = .user(.owner)) async throws
        -> CallsAPI.BulkAction
    {
        let answer = try await server.json(.post, "/api/v1/calls/bulk", body, as: caller)
        #expect(answer.status == 202, "\(String(decoding: answer.bytes, as: UTF8.self))")
        return try answer.decoded()
    }

    @Test func `an action upon many calls is done once and undone as one`() async throws {
        try await CallsServer.with { server in
            let (listed, agent, heir) = (ListedCalls(server), UserID.make(), UserID.make())
            server.people.add(heir, .agent)
            let calls = [
                try await listed.add { $0.agentID = agent }, try await listed.add { $0.agentID = agent },
                try await listed.add(),
            ]
            let tag = try await server.json(.post, "/api/v1/calls/tags", #"{"name": "old"}"#).decoded(CallsAPI.Tag.self)
            _ = try await server.json(.put, "/api/v1/calls/\(calls[0])/tags", "{\"ids\": [\"\(tag.id)\"]}")
            let path = "/api/v1/calls/bulk"
            let trial = try await bulk(
                "{\"action\": \"add_tags\", \"tag_ids\": [\"\(tag.id)\"], \"filter\": {\"agent_id\": [\"\(agent)\"]}, \"dry_run\": true}",
                server)
            #expect(trial.calls == 2 && trial.id == nil)
            let tagged = try await bulk(
                "{\"action\": \"add_tags\", \"tag_ids\": [\"\(tag.id)\"], \"filter\": {}}", server)
            try await run(tagged, server)
            #expect(try await listed.list("tag_id=\(tag.id)").total == 3)
            let done = try await server.send(.get, "\(path)/\(try #require(tagged.id))").decoded(
                CallsAPI.BulkAction.self)
            #expect(done.state == "done" && done.changed == 2 && done.skipped == 1)
            #expect(try await server.json(.post, "\(path)/\(try #require(tagged.id))/undo", nil).status == 202)
            try await run(tagged, undoing: true, server)
            #expect(try await listed.ids("tag_id=\(tag.id)") == [calls[0]])
            #expect(try await server.json(.post, "\(path)/\(try #require(tagged.id))/undo", nil).status == 409)
            // Whose calls they are.
            let assigned = try await bulk(
                "{\"action\": \"assign\", \"agent_id\": \"\(heir)\", \"ids\": [\"\(calls[0])\", \"\(calls[1])\"]}",
                server)
            try await run(assigned, server)
            #expect(try await listed.list("agent_id=\(heir)").total == 2)
            _ = try await server.json(.post, "\(path)/\(try #require(assigned.id))/undo", nil)
            try await run(assigned, undoing: true, server)
            #expect(try await listed.list("agent_id=\(agent)").total == 2)
            // Into the bin and out of it, but for what is held.
            try await server.database.tenant(server.tenant).execute(
                "UPDATE calls SET legal_hold = true WHERE tenant_id = \(server.tenant) AND id = \(calls[2])")
            let deleted = try await bulk(#"{"action": "delete", "filter": {}}"#, server)
            try await run(deleted, server)
            #expect(try await listed.ids("limit=10") == [calls[2]])
            _ = try await server.json(.post, "\(path)/\(try #require(deleted.id))/undo", nil)
            try await run(deleted, undoing: true, server)
            #expect(try await listed.list("limit=10").total == 3)
            let bad = try await server.json(.post, path, #"{"action": "assign", "filter": {}, "ids": []}"#)
            #expect(bad.status == 422)
            #expect(
                try await server.json(.post, path, #"{"action": "delete", "filter": {}}"#, as: .user(.agent)).status
                    == 403)
        }
    }

    @Test func `what engines would cost is said before they are begun`() async throws {
        try await CallsServer.with { server in
            let call = try await ListedCalls(server).add()
            try await server.database.tenant(server.tenant).execute(
                """
                UPDATE calls SET stage = 'failed', recording_bytes = 10, recording_seconds = 120, recording_channels = 1
                WHERE tenant_id = \(server.tenant) AND id = \(call)
                """)
            func trial() async throws -> CallsAPI.BulkAction {
                let body = "{\"action\": \"reprocess\", \"ids\": [\"\(call)\"], \"dry_run\": true}"
                return try await server.json(.post, "/api/v1/calls/bulk", body).decoded()
            }
            let free = try await trial()
            #expect(free.audioSeconds == 120 && free.costMicros == 0)
            server.trust.knowledge.set(Settings.transcriptionEngine, .openAI, of: server.tenant)
            server.trust.knowledge.set(Settings.analysisEngine, .openAI, of: server.tenant)
            // Two minutes of speech and one analysis, by the published prices.
            #expect(try await trial().costMicros == 62_000)
        }
    }

    @Test func `work that was given up is listed with its reason, tried again, or forgotten`() async throws {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            let (failed, silenced) = (try await listed.add(), try await listed.add())
            let rows = server.database.tenant(server.tenant)
            try await rows.execute(
                """
                UPDATE calls SET stage = 'failed', recording_bytes = 10, recording_seconds = 1, recording_channels = 1
                WHERE tenant_id = \(server.tenant) AND id = \(failed)
                """)
            try await rows.transaction { transaction in
                try await TranscribeCallJob.enqueue(failed, in: transaction)
                try await RedactRecordingJob.enqueue(silenced, .make(), in: transaction)
                try await AnalyseCallJob.enqueue(silenced, in: transaction)
            }
            try await rows.execute(
                """
                WITH given AS (
                    UPDATE jobs SET state = 'dead', attempts = 5, error_code = 'decoder_died'
                    WHERE tenant_id = \(server.tenant) RETURNING tenant_id, id)
                UPDATE job_payloads AS p SET error_detail = 'It ended early.' FROM given
                WHERE p.tenant_id = given.tenant_id AND p.job_id = given.id AND p.tenant_id = \(server.tenant)
                """)
            let path = "/api/v1/calls/queue/dead"
            let page = try await server.send(.get, path).decoded(Page<CallsAPI.DeadJob>.self)
            #expect(page.total == 3 && page.data.allSatisfy { $0.attempts == 5 && $0.error?.code == "decoder_died" })
            #expect(page.data.allSatisfy { $0.error?.detail == "It ended early." })
            let byKind = Dictionary(page.data.map { ($0.kind, $0) }) { first, _ in first }
            let written = try #require(byKind[TranscribeCallJob.kind])
            let redacted = try #require(byKind[RedactRecordingJob.kind])
            #expect(written.callID == failed && redacted.callID == nil)
            for caller in [TestCaller.user(.agent)] {
                #expect(try await server.send(.get, path, as: caller).status == 403)
                #expect(try await server.send(.post, "\(path)/\(written.id)/retry", as: caller).status == 403)
            }
            // A stage goes on where its call stands; other work gets its attempts again.
            #expect(try await server.send(.post, "\(path)/\(written.id)/retry").status == 204)
            #expect(try await server.get(failed).processing.stage == .recordingStored)
            #expect(try await server.send(.post, "\(path)/\(redacted.id)/retry").status == 204)
            #expect(try await server.send(.post, "\(path)/\(redacted.id)/retry").status == 404)
            let waiting = try await server.database.values(
                "SELECT kind FROM jobs WHERE tenant_id = \(server.tenant) AND state = 'waiting' AND attempts = 0 ORDER BY kind",
                as: String.self)
            #expect(waiting == [RedactRecordingJob.kind, TranscribeCallJob.kind])
            let last = try await server.send(.get, path).decoded(Page<CallsAPI.DeadJob>.self)
            #expect(last.total == 1)
            #expect(try await server.send(.delete, "\(path)/\(last.data[0].id)").status == 204)
            #expect(try await server.send(.delete, "\(path)/\(last.data[0].id)").status == 404)
        }
    }

    @Test func `calls that a search finds are processed again, once, whatever became of them before`() async throws {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            let (analysed, failed) = (
                try await server.callWithTranscript([(.customer, "I want a refund.")]),
                try await server.callWithTranscript([(.customer, "A refund, please.")])
            )
            let other = try await server.callWithTranscript([(.customer, "All is well.")])
            // Words without a recording cannot be written down again, and are analysed.
            let wordsAlone = try await listed.add()
            try await listed.process(wordsAlone, .sample("refund"))
            try await server.database.tenant(server.tenant).execute(
                "UPDATE calls SET stage = 'failed' WHERE tenant_id = \(server.tenant) AND id = \(failed)")
            let body = #"{"action": "reprocess", "filter": {"search": "refund*"}"#
            let trial = try await bulk(body + #", "dry_run": true}"#, server)
            #expect(trial.calls == 3 && trial.audioSeconds == 4 && trial.id == nil)
            let nothing = try await bulk(
                #"{"action": "reprocess", "filter": {"search": "..."}, "dry_run": true}"#, server)
            #expect(nothing.calls == 0)
            let action = try await bulk(body + "}", server)
            try await run(action, server)
            let id = try #require(action.id)
            let done = try await server.send(.get, "/api/v1/calls/bulk/\(id)").decoded(CallsAPI.BulkAction.self)
            #expect(done.state == "done" && done.changed == 3 && done.skipped == 0)
            #expect(try await listed.ids("stage=transcribed").contains(wordsAlone))
            // The failed one goes on from its words, the other begins with its recording; nothing is queued twice.
            #expect(try await server.get(analysed).processing.stage == .recordingStored)
            #expect(try await server.get(failed).processing.stage == .transcribed)
            #expect(try await server.get(other).processing.stage == .analysed)
            let jobs = try await server.database.values(
                """
                SELECT kind FROM jobs WHERE tenant_id = \(server.tenant) AND subject_id IN (\(analysed), \(failed), \(other))
                ORDER BY kind
                """, as: String.self)
            #expect(jobs == [AnalyseCallJob.kind, TranscribeCallJob.kind])
            #expect(try await server.json(.post, "/api/v1/calls/bulk/\(id)/undo", nil).status == 409)
            // What is just being worked on is left alone.
            let again = try await bulk("{\"action\": \"reprocess\", \"ids\": [\"\(analysed)\"]}", server)
            try await run(again, server)
            let skipped = try await server.send(.get, "/api/v1/calls/bulk/\(try #require(again.id))")
                .decoded(CallsAPI.BulkAction.self)
            #expect(skipped.changed == 0 && skipped.skipped == 1)
            // A search chooses for what can be undone too.
            let tag = try await server.json(.post, "/api/v1/calls/tags", #"{"name": "money"}"#).decoded(
                CallsAPI.Tag.self)
            let tagged = try await bulk(
                "{\"action\": \"add_tags\", \"tag_ids\": [\"\(tag.id)\"], \"filter\": {\"search\": \"refund\"}}", server
            )
            try await run(tagged, server)
            #expect(Set(try await listed.ids("tag_id=\(tag.id)")) == [analysed, failed, wordsAlone])
            #expect(
                try await server.json(.post, "/api/v1/calls/bulk/\(try #require(tagged.id))/undo", nil).status == 202)
            try await run(tagged, undoing: true, server)
            #expect(try await listed.ids("tag_id=\(tag.id)") == [])
        }
    }

    @Test func `the queue shows where each call stands, and what has failed goes on`() async throws {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            let (waiting, failed) = (try await listed.add(), try await listed.add())
            _ = try await listed.process(try await listed.add(), .sample("hello"))
            try await server.database.tenant(server.tenant).execute(
                """
                UPDATE calls SET stage = 'failed', stage_error_code = 'engine_timeout', stage_error_detail = 'Too long.',
                    stage_attempts = 6, recording_bytes = 10, recording_seconds = 1, recording_channels = 1
                WHERE tenant_id = \(server.tenant) AND id = \(failed)
                """)
            let page = try await server.send(.get, "/api/v1/calls/queue").decoded(Page<CallsAPI.QueuedCall>.self)
            #expect(Set(page.data.map(\.callID)) == [waiting, failed] && page.total == 2)
            let one = try await server.send(.get, "/api/v1/calls/queue?stage=failed").decoded(
                Page<CallsAPI.QueuedCall>.self)
            #expect(one.data.map(\.error?.code) == ["engine_timeout"] && one.data.first?.attempts == 6)
            let counts = try await server.send(.get, "/api/v1/calls/queue/counts").decoded(
                CallsAPI.ProcessingQueue.self)
            #expect(counts.stages.map(\.stage) == [.failed, .received])
            // Words that came without a recording are analysed again.
            let wordsAlone = try await listed.add()
            try await listed.process(wordsAlone, .sample("hello"))
            try await server.database.tenant(server.tenant).execute(
                "UPDATE calls SET stage = 'failed' WHERE tenant_id = \(server.tenant) AND id = \(wordsAlone)")
            let retried = try await server.json(.post, "/api/v1/calls/queue/retry", nil)
            #expect(try retried.decoded(CallsAPI.Retried.self).calls == 2)
            #expect(try await listed.ids("stage=transcribed").contains(wordsAlone))
            let again = try await server.send(.get, "/api/v1/calls/queue?stage=recording_stored").decoded(
                Page<CallsAPI.QueuedCall>.self)
            #expect(again.data.map(\.jobState) == ["waiting"])
            let figures = try await ProcessingQueueStore(database: server.database).throughput()
            #expect(figures.stages.reduce(0) { $0 + $1.calls } == 3 && figures.analysedLastDay == 2)
        }
    }
}
