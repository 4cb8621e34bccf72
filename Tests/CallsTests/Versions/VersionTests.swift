import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

struct VersionTests {
    private static let rubric = """
        {"name": "Ours", "categories": [
        {"key": "greeting", "name": "Greeting", "weight": 1},
        {"key": "legal_notice", "name": "Legal notice", "weight": 3, "phrases": ["this call is recorded"]},
        {"key": "empathy", "name": "Empathy", "weight": 2}]}
        """

    @Test func `an analysis by another rubric is a version of its own and both can be read`() async throws {
        try await CallsServer.with { server in
            let call = try await server.callWithTranscript()
            let made = try await server.sendJSON(.post, "/api/v1/calls/rubrics", Self.rubric)
            #expect(made.status == 201)
            let rubric = try made.decoded(CallsAPI.Rubric.self)
            let id = try #require(rubric.id)
            let path = "/api/v1/calls/\(call)/analyses"
            let asked = try await server.sendJSON(.post, path, "{\"rubric_id\": \"\(id)\", \"engine\": \"local\"}")
            #expect(asked.status == 202)
            #expect(try asked.decoded(CallsAPI.Call.self).processing.stage == .transcribed)
            // Nothing is asked for twice.
            #expect(try await server.sendJSON(.post, path, "{}").status == 409)
            try await server.analyse(call)
            let versions = try await server.send(.get, path).decoded(CallsAPI.AnalysisVersions.self).data
            #expect(versions.map(\.version) == [2, 1])
            #expect(versions.map(\.rubric?.id) == [id, nil])
            let newest = try #require(try await server.get(call).analysis)
            #expect(newest.version == 2 && !newest.isOutdated)
            let quality = try #require(newest.quality)
            #expect(quality.rubric?.name == "Ours")
            // One line in four parts was kept, one was not, and one is beyond the rules.
            #expect(quality.score == 25)
            #expect(quality.categories.map(\.key) == ["greeting", "legal_notice"])
            #expect(quality.unscored == ["empathy"])
            #expect(quality.coaching.contains { $0.name.contains("Legal notice") })
            let first = try await server.send(.get, "\(path)/1").decoded(CallsAPI.Analysis.self)
            #expect(first.quality?.categories.count == 8)
            #expect(try await server.send(.get, "\(path)/3").status == 404)
            #expect(try await server.send(.get, path, as: .user(.agent)).status == 404)
        }
    }

    @Test func `what is switched off is not kept, and not shown of analyses from before`() async throws {
        try await CallsServer.with { server in
            let before = try await server.callWithTranscript()
            let tone = try #require(Settings.analysisFeatures[.sentiment])
            let summary = try #require(Settings.analysisFeatures[.summary])
            #expect(try await server.get(before).analysis?.omitted == [])
            // The tenant wants no tone, the platform no summary, whatever the tenant says.
            server.trust.knowledge.set(tone, false, of: server.tenant)
            server.trust.knowledge.set(summary, false, of: .platform)
            server.trust.knowledge.set(summary, true, of: server.tenant)
            let after = try await server.callWithTranscript()
            for call in [before, after] {
                let shown = try #require(try await server.get(call).analysis)
                #expect(shown.summary == nil && shown.sentiment == nil && shown.quality != nil)
                #expect(shown.omitted == [.summary, .sentiment])
                let list = try await server.send(.get, "/api/v1/calls/\(call)/analyses")
                    .decoded(CallsAPI.AnalysisVersions.self)
                #expect(list.data.map(\.sentimentScore) == [nil] && list.data[0].qualityScore != nil)
            }
            let page = try await server.send(.get, "/api/v1/calls").decoded(Page<CallsAPI.CallSummary>.self)
            #expect(page.data.count == 2)
            #expect(page.data.allSatisfy { $0.analysis?.summary == nil && $0.analysis?.sentimentLabel == nil })
            let table = try await server.send(.get, "/api/v1/calls/export")
            #expect(!String(decoding: table.bytes, as: UTF8.self).contains("positive"))
            let stored = try await server.database.tenant(server.tenant).values(
                "SELECT sentiment_label FROM calls WHERE tenant_id = \(server.tenant) AND id = \(after)",
                as: String?.self)
            #expect(stored == [nil])
            server.trust.knowledge.set(summary, true, of: .platform)
            server.trust.knowledge.set(tone, true, of: server.tenant)
            #expect(try await server.get(before).analysis?.sentiment?.label == .positive)
            let kept = try await server.get(after).analysis
            #expect(kept?.summary == nil && kept?.omitted == [.summary, .sentiment])
        }
    }

    @Test func `what an engine of another release has made is read, listed and corrected`() async throws {
        try await CallsServer.with { server in
            let call = try await server.callWithTranscript()
            // As a newer release writes while this one still serves.
            _ = try await server.database.tenant(server.tenant).batch([
                "UPDATE calls SET transcript_engine = 'next', analysis_engine = 'next' WHERE tenant_id = \(server.tenant)",
                "UPDATE transcripts SET engine = 'next' WHERE tenant_id = \(server.tenant)",
                """
                UPDATE analyses SET engine = 'next', document = jsonb_set(document, '{engine}', '"next"')
                WHERE tenant_id = \(server.tenant)
                """,
            ])
            let shown = try await server.get(call)
            #expect(shown.transcript?.engine == "next" && shown.analysis?.engine == "next")
            let list = try await server.send(.get, "/api/v1/calls").decoded(Page<CallsAPI.CallSummary>.self)
            #expect(list.data.map(\.transcript?.engine) == ["next"])
            let path = "/api/v1/calls/\(call)"
            let analyses = try await server.send(.get, "\(path)/analyses").decoded(CallsAPI.AnalysisVersions.self)
            #expect(analyses.data.map(\.engine) == ["next"])
            let edited = try await server.sendJSON(
                .post, "\(path)/transcript/corrections",
                #"{"version": 1, "segments": [{"id": 1, "text": "Hello."}]}"#)
            #expect(try edited.decoded(CallsAPI.Call.self).transcript?.engine == "next")
        }
    }

    @Test func `a rubric is the default of one tenant, changes by version and can go`() async throws {
        try await CallsServer.with { server in
            let base = "/api/v1/calls/rubrics"
            let made = try await server.sendJSON(.post, base, Self.rubric).decoded(CallsAPI.Rubric.self)
            let path = "\(base)/\(try #require(made.id))"
            #expect(try await server.sendJSON(.patch, path, "{\"is_default\": true}").status == 428)
            let changed = try await server.sendJSON(.patch, path, "{\"is_default\": true}", match: "\"1\"")
            #expect(changed.status == 200 && changed.headers["ETag"] == "\"2\"")
            #expect(try await server.sendJSON(.patch, path, "{\"name\": \"Late\"}", match: "\"1\"").status == 412)
            let all = try await server.send(.get, base, as: .user(.agent)).decoded(CallsAPI.Rubrics.self).data
            #expect(all.map(\.isDefault) == [false, true])
            let call = try await server.callWithTranscript()
            #expect(try await server.get(call).analysis?.quality?.rubric?.name == "Ours")
            #expect(try await server.sendJSON(.post, base, Self.rubric, as: .user(.agent)).status == 403)
            let bad = """
                {"name": "x", "categories": [{"key": "A b", "name": "a", "weight": 1},
                {"key": "a", "name": "a", "weight": 0}, {"key": "a", "name": "a", "weight": 1, "phrases": ["?!"]}]}
                """
            #expect(try await server.sendJSON(.post, base, bad).status == 422)
            #expect(try await server.send(.get, path, in: server.trust.otherTenant).status == 404)
            #expect(try await server.send(.delete, path, headers: ["If-Match": "*"]).status == 204)
            #expect(try await server.send(.get, path).status == 404)
            #expect(try await server.get(call).analysis?.quality?.rubric?.name == "Ours")
        }
    }

    @Test func `a corrected transcript is a version, is found by its new words, and is analysed when asked`()
        async throws
    {
        try await CallsServer.with { server in
            let call = try await server.callWithTranscript()
            let path = "/api/v1/calls/\(call)/transcript/corrections"
            let body =
                "{\"version\": 1, \"segments\": [{\"id\": 3, \"text\": \"We want a zeppelin.\", \"speaker\": \"agent\"}]}"
            let answer = try await server.sendJSON(.post, path, body)
            #expect(answer.status == 200, "\(String(decoding: answer.bytes, as: UTF8.self))")
            let corrected = try answer.decoded(CallsAPI.Call.self)
            #expect(corrected.transcript?.version == 2)
            #expect(corrected.transcript?.segments[3].text == "We want a zeppelin.")
            #expect(corrected.transcript?.segments[3].speaker == .agent)
            #expect(corrected.analysis?.isOutdated == true)
            #expect(corrected.processing.stage == .analysed)
            #expect(try await server.sendJSON(.post, path, body).status == 409)
            for (word, count) in [("zeppelin", 1), ("expensive", 0)] {
                let page = try await server.send(.get, "/api/v1/calls?search=\(word)")
                    .decoded(Page<CallsAPI.CallSummary>.self)
                #expect(page.total == count)
            }
            let more = "{\"version\": 2, \"segments\": [{\"id\": 0, \"text\": \"\"}], \"analyse\": true}"
            #expect(try await server.sendJSON(.post, path, more).status == 200)
            try await server.analyse(call)
            let done = try await server.get(call)
            #expect(done.analysis?.transcriptVersion == 3)
            #expect(done.analysis?.isOutdated == false)
            #expect(done.transcript?.segments.map(\.id) == Array(1...8))
            let versions = try await server.send(.get, "/api/v1/calls/\(call)/transcripts")
                .decoded(CallsAPI.TranscriptVersions.self).data
            #expect(versions.map(\.version) == [3, 2, 1])
            #expect(versions.map(\.correctsVersion) == [2, 1, nil])
            #expect(versions[0].editedBy != nil && versions[2].editedBy == nil)
            let first = try await server.send(.get, "/api/v1/calls/\(call)/transcripts/1")
                .decoded(CallsAPI.Transcript.self)
            #expect(first.segments.count == 9)
            let nobody = "{\"version\": 3, \"segments\": [{\"id\": 77, \"text\": \"x\"}, {\"id\": 1}]}"
            let refused = try await server.sendJSON(.post, path, nobody).decoded(Problem.self)
            #expect(refused.errors.map(\.pointer) == ["/segments/0/id", "/segments/1"])
        }
    }

    @Test func `legs can be swapped, and given back to the direction`() async throws {
        try await CallsServer.with { server in
            let call = try await server.callWithTranscript()
            let path = "/api/v1/calls/\(call)/recording"
            let swapped = try await server.sendJSON(.patch, path, "{\"agent_channel\": 1}")
            #expect(swapped.status == 200, "\(String(decoding: swapped.bytes, as: UTF8.self))")
            let speakers = try swapped.decoded(CallsAPI.Call.self).transcript?.segments.prefix(2).map(\.speaker)
            #expect(speakers == [.customer, .agent])
            // The call came in, so that its direction says the same.
            let back = try await server.sendJSON(.patch, path, "{\"agent_channel\": null, \"analyse\": true}")
            #expect(try back.decoded(CallsAPI.Call.self).transcript?.version == 3)
            #expect(try back.decoded(CallsAPI.Call.self).processing.stage == .transcribed)
            #expect(try await server.sendJSON(.patch, path, "{\"agent_channel\": 0}").status == 409)
            try await server.analyse(call)
            #expect(try await server.sendJSON(.patch, path, "{\"agent_channel\": 2}").status == 422)
        }
    }

    @Test func `an agent contests the score of an own call and somebody else answers`() async throws {
        try await CallsServer.with { server in
            let agent = TestCaller.person(.make(), .agent)
            let call = try await server.callWithTranscript(as: agent)
            let path = "/api/v1/calls/\(call)/contests"
            let body = "{\"category\": \"greeting\", \"reason\": \"I did say hello.\"}"
            #expect(try await server.sendJSON(.post, path, body).status == 403)
            let made = try await server.sendJSON(.post, path, body, as: agent)
            #expect(made.status == 201)
            let contest = try made.decoded(CallsAPI.Contest.self)
            #expect(contest.analysisVersion == 1 && contest.status == .open)
            #expect(try await server.sendJSON(.post, path, body, as: agent).status == 409)
            let other = "{\"category\": \"singing\", \"reason\": \"x\"}"
            #expect(try await server.sendJSON(.post, path, other, as: agent).status == 422)
            let answer = "{\"status\": \"accepted\", \"answer\": \"True.\"}"
            let place = "/api/v1/calls/contests/\(contest.id)"
            #expect(try await server.sendJSON(.patch, place, answer, as: agent, match: "*").status == 403)
            let answered = try await server.sendJSON(.patch, place, answer, match: "\"1\"")
            #expect(answered.status == 200)
            let seen = try await server.send(.get, path, as: agent).decoded(CallsAPI.Contests.self).data
            #expect(seen.map(\.status) == [.accepted] && seen[0].answer == "True.")
        }
    }
}
