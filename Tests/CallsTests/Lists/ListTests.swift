import HTTP
import JSON
import Models
import Postgres
import Testing
import Web
import WebTestSupport

@testable import Calls

/// Calls of a tenant with all that a list can be filtered by.
struct ListedCalls {
    let server: CallsServer
    let calls: CallStore

    init(_ server: CallsServer) {
        self.server = server
        calls = CallStore(database: server.database)
    }

    @discardableResult
    func add(_ change: (inout CallDraft) -> Void = { _ in }) async throws -> CallID {
        var draft = CallDraft.sample()
        change(&draft)
        return try await calls.add(draft, in: server.tenant).id
    }

    /// Gives a call a transcript and an analysis, as the pipeline does.
    func process(
        _ call: CallID, _ transcript: Transcript, sentiment: Double = 0, quality: Int? = nil, topics: [String] = []
    ) async throws {
        let tenant = server.tenant
        let label: SentimentLabel = sentiment > 0.2 ? .positive : sentiment < -0.2 ? .negative : .neutral
        let document = try JSONText(encoding: ["topics": topics.map { ["name": $0] }])
        _ = try await server.database.tenant(tenant).batch([
            """
            UPDATE calls SET stage = 'analysed', transcript_version = 1, transcript_language = \(transcript.language),
                transcript_engine = 'local', analysis_engine = 'local', analysis_summary = 'As ever.',
                sentiment_score = \(sentiment), sentiment_label = \(label.rawValue), quality_score = \(quality.map(Int32.init))
            WHERE tenant_id = \(tenant) AND id = \(call)
            """,
            """
            INSERT INTO transcripts (tenant_id, call_id, version, language, engine, model, segments, usage, words)
            VALUES (\(tenant), \(call), 1, \(transcript.language), 'local', 'test',
                \(try JSONText(encoding: transcript.segments)), \(try JSONText(encoding: transcript.usage)),
                array_to_tsvector(\(WordCutter.distinctWords(in: transcript.text))))
            """,
            """
            INSERT INTO analyses (tenant_id, call_id, version, transcript_version, engine, model, document)
            VALUES (\(tenant), \(call), 1, 1, 'local', 'test', \(document))
            """,
        ])
    }

    func list(_ query: String, as caller: TestCaller = .user(.owner)) async throws -> Page<CallsAPI.CallSummary> {
        let answer = try await server.send(.get, "/api/v1/calls?\(query)", as: caller)
        #expect(answer.status == 200, "\(query) \(String(decoding: answer.bytes, as: UTF8.self))")
        return try answer.decoded()
    }

    func ids(_ query: String) async throws -> [CallID] { try await list(query).data.map(\.id) }
}

@Suite(.timeLimit(.minutes(20))) struct ListTests {
    @Test func `every filter finds what it names and leaves out the rest`() async throws {
        try await CallsServer.with { server in
            let (listed, agent) = (ListedCalls(server), UserID.make())
            let wanted = try await listed.add { draft in
                (draft.direction, draft.status, draft.agentID, draft.language) = (.outbound, .busy, agent, "th")
                draft.from = Party(reading: "+6621234567", country: "TH")
                draft.to = Party(reading: "+66812345678", country: "TH")
                draft.endedAt = draft.startedAt + .seconds(500)
                (draft.source, draft.origin) = ("pbx", .import)
            }
            let other = try await listed.add()
            try await listed.process(
                wanted, .sample("hello", language: "th"), sentiment: -0.7, quality: 35, topics: ["Refund"])
            for query in [
                "direction=outbound", "direction=outbound,internal", "status=busy", "status=busy&status=voicemail",
                "agent_id=\(agent)", "unassigned=false", "party=%2B66812345678", "line=%2B6621234567", "source=pbx",
                "origin=import",
                "language=th", "stage=analysed", "sentiment=negative", "sentiment_max=-0.5",
                "quality_min=30&quality_max=40",
                "duration_min=300", "topic=refund", "topic=REFUND", "has_transcript=true", "search=hello",
            ] { #expect(try await listed.ids(query) == [wanted], "\(query)") }
            for query in [
                "direction=inbound", "unassigned=true", "line=201", "duration_max=300", "has_transcript=false",
            ] { #expect(try await listed.ids(query) == [other], "\(query)") }
            for query in ["has_recording=true", "topic=other", "quality_min=36", "has_disposition=true", "search=%21"] {
                #expect(try await listed.ids(query) == [], "\(query)")
            }
            let bad = try await server.send(.get, "/api/v1/calls?status=lost&quality_min=x")
            #expect(bad.status == 400)
            #expect(
                Set(try bad.decoded(Problem.self).errors.map(\.pointer)) == [
                    "query/status", "query/quality_min",
                ])
        }
    }

    @Test func `lists go by length, quality and tone too, page by page`() async throws {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            var made: [(id: CallID, quality: Int)] = []
            for quality in [40, 90, 40, 70, 10] {
                let id = try await listed.add { $0.endedAt = $0.startedAt + .seconds(Int64(quality)) }
                try await listed.process(id, .sample("hello"), sentiment: Double(quality) / 100, quality: quality)
                made.append((id, quality))
            }
            try await listed.add {
                $0.endedAt = nil; $0.status = .ringing
            }
            let expected = made.sorted { ($0.quality, $0.id) > ($1.quality, $1.id) }.map(\.id)
            for key in ["quality_score", "duration_seconds", "sentiment_score"] {
                for sign in ["-", ""] {
                    var (seen, cursor): ([CallID], String?) = ([], nil)
                    repeat {
                        let page = try await listed.list(
                            "limit=2&sort=\(sign)\(key)" + (cursor.map { "&cursor=\($0)" } ?? ""))
                        #expect(page.total == 5 && page.totalIsExact)
                        seen += page.data.map(\.id)
                        cursor = page.nextCursor
                    } while cursor != nil
                    #expect(seen == (sign == "-" ? expected : expected.reversed()), "\(sign)\(key)")
                }
            }
        }
    }

    @Test func `a search shows the words where they were said, in unspaced writing too`() async throws {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            let english = try await listed.add()
            try await listed.process(english, .sample("Good morning.", "I want a REFUND, please, a refund.", "Sure."))
            let thai = try await listed.add()
            try await listed.process(thai, .sample("สวัสดีครับ", "ฉันต้องการขอเงินคืนสำหรับคำสั่งซื้อนี้", language: "th"))
            let chinese = try await listed.add()
            try await listed.process(chinese, .sample("你好", "我想申请退款因为商品坏了", language: "zh"))
            func hits(_ search: String) async throws -> [CallsAPI.CallSummary] {
                try await listed.list("search=\(Self.percent(search))").data
            }
            let refund = try #require(try await hits("refund").first)
            #expect(refund.id == english && refund.hits.count == 1)
            let hit = try #require(refund.hits.first)
            #expect(hit.segmentID == 1 && hit.startSeconds == 1)
            #expect(hit.parts.filter(\.isHit).map(\.text) == ["REFUND", "refund"])
            #expect(hit.parts.map(\.text).joined() == "I want a REFUND, please, a refund.")
            for (word, call) in [("เงิน", thai), ("คำสั่ง", thai), ("退款", chinese)] {
                let found = try await hits(word)
                #expect(found.map(\.id) == [call], "\(word)")
                #expect(
                    found.first?.hits.first?.parts.contains { $0.isHit && $0.text.contains(word) } == true, "\(word)")
                #expect(found.first?.hits.first?.segmentID == 1)
            }
            let all = try await server.send(.get, "/api/v1/calls/\(english)/transcript/hits?search=morning%20sure")
            #expect(all.status == 200, "\(String(decoding: all.bytes, as: UTF8.self))")
            #expect(try all.decoded(CallsAPI.TranscriptHits.self).hits.map(\.segmentID) == [0, 2])
        }
    }

    @Test func `words that are everywhere are found newest first all the same`() async throws {
        try await CallsServer.with { server in
            let (listed, tenant) = (ListedCalls(server), server.tenant)
            let newest = try await listed.add()
            try await listed.process(newest, .sample("hello"))
            // More than a search orders.
            try await server.database.tenant(tenant).transaction { transaction in
                _ = try await transaction.batch([
                    """
                    INSERT INTO calls (tenant_id, id, direction, from_kind, from_value, from_raw, to_kind, to_value, to_raw,
                        status, started_at, transcript_version)
                    SELECT \(tenant), gen_random_uuid(), 'inbound', 'extension', '1', '1', 'extension', '2', '2', 'completed',
                        now() - make_interval(days => 2, secs => n), 1 FROM generate_series(1, 6000) AS n
                    """,
                    """
                    INSERT INTO transcripts (tenant_id, call_id, version, language, engine, model, segments, words)
                    SELECT tenant_id, id, 1, 'en', 'local', 'test', '[]', array_to_tsvector(ARRAY['hello'])
                    FROM calls WHERE tenant_id = \(tenant) AND id <> \(newest)
                    """,
                ])
            }
            let page = try await listed.list("search=hello&limit=3")
            #expect(page.data.first?.id == newest && page.data.count == 3 && !page.totalIsExact)
            let next = try await listed.list("search=hello&limit=3&cursor=\(try #require(page.nextCursor))")
            #expect(next.data.count == 3 && Set(next.data.map(\.id)).isDisjoint(with: page.data.map(\.id)))
        }
    }

    private static func percent(_ text: String) -> String {
        text.utf8.map { "%" + String($0, radix: 16, uppercase: true) }.joined()
    }
}

@Suite(.timeLimit(.minutes(20))) struct TagTests {
    @Test func `calls are tagged, found by tags, and keep to their tenant's`() async throws {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            let (call, _) = (try await listed.add(), try await listed.add())
            let path = "/api/v1/calls/tags"
            let made = try await server.json(.post, path, ##"{"name": "Escalated", "color": "#ff0000"}"##)
            #expect(made.status == 201)
            let tag = try made.decoded(CallsAPI.Tag.self)
            #expect(try await server.json(.post, path, #"{"name": "escalated"}"#).status == 409)
            #expect(try await server.json(.post, path, #"{"name": "x", "color": "reddish"}"#).status == 422)
            #expect(
                try await server.json(.put, "/api/v1/calls/\(call)/tags", "{\"ids\": [\"\(TagID.make())\"]}").status
                    == 422)
            let set = try await server.json(.put, "/api/v1/calls/\(call)/tags", "{\"ids\": [\"\(tag.id)\"]}")
            #expect(try set.decoded(CallsAPI.Tags.self).data == [tag])
            let page = try await listed.list("tag_id=\(tag.id)")
            #expect(page.data.map(\.id) == [call] && page.data.first?.tags == [tag] && page.total == 1)
            #expect(try await server.get(call).tags == [tag])
            let renamed = try await server.json(
                .patch, "\(path)/\(tag.id)", #"{"name": "Solved", "color": null}"#, match: "\"1\"")
            #expect(try renamed.decoded(CallsAPI.Tag.self).name == "Solved")
            #expect(try await server.json(.delete, "\(path)/\(tag.id)", nil, match: "*").status == 204)
            #expect(try await server.get(call).tags == [])
        }
    }

    @Test func `related calls are those with the same other end, nearest first`() async throws {
        try await CallsServer.with { server in
            let (listed, now) = (ListedCalls(server), Timestamp.now())
            func add(_ minutes: Int64, _ direction: CallDirection, _ number: String) async throws -> CallID {
                try await listed.add { draft in
                    draft.startedAt = now - .seconds(60 * minutes)
                    draft.endedAt = draft.startedAt + .seconds(10)
                    draft.direction = direction
                    let (out, ours) = (Party(reading: number, country: "US"), Party(reading: "201", country: "US"))
                    (draft.from, draft.to) = direction == .inbound ? (out, ours) : (ours, out)
                }
            }
            let first = try await add(50, .inbound, "+14155550123")
            let second = try await add(40, .outbound, "+14155550123")
            let call = try await add(30, .inbound, "+14155550123")
            _ = try await add(25, .inbound, "+14155550199")
            let last = try await add(20, .outbound, "+14155550123")
            let answer = try await server.send(.get, "/api/v1/calls/\(call)/related")
            let related = try answer.decoded(CallsAPI.RelatedCalls.self)
            #expect(related.party == "+14155550123")
            #expect(related.before.map(\.id) == [second, first] && related.after.map(\.id) == [last])
            #expect(try await server.send(.get, "/api/v1/calls/\(call)/related", as: .user(.agent)).status == 404)
        }
    }
}
