import HTTP
import IO
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

struct LiveTests {
    private func tell(_ call: CallID, _ updates: String, on server: CallsServer, as caller: TestCaller) async throws
        -> Int64
    {
        let answer = try await server.sendJSON(
            .post, "/api/v1/calls/\(call)/live", "{\"updates\": [\(updates)]}", as: caller)
        #expect(answer.status == 200, "\(String(decoding: answer.bytes, as: UTF8.self))")
        return try answer.decoded(CallsAPI.LiveReceipt.self).lastID
    }

    private static let ended = "{\"kind\": \"ended\"}"

    /// Names and data of the events of a stream.
    private func events(_ answer: CallsServer.Answer) throws -> [(name: String, update: CallsAPI.LiveUpdate)] {
        #expect(answer.headers["Content-Type"] == "text/event-stream")
        let blocks = String(decoding: answer.bytes, as: UTF8.self).split(separator: "\n\n")
        return try blocks.filter { $0.hasPrefix("id: ") }.map { block in
            let lines = block.split(separator: "\n").map(String.init)
            let data = try #require(lines.first { $0.hasPrefix("data: ") }).dropFirst(6)
            let name = try #require(lines.first { $0.hasPrefix("event: ") }).dropFirst(7)
            return (String(name), try JSON.decode(CallsAPI.LiveUpdate.self, from: Array(data.utf8)))
        }
    }

    @Test func `words that may change give way, words that stay have a tone, and a lost stream goes on`() async throws {
        try await CallsServer.with { server in
            let agent = TestCaller.person(.make(), .agent)
            let call = try await server.createCall(as: agent).id
            let path = "/api/v1/calls/\(call)/live"
            _ = try await tell(
                call, "{\"kind\": \"partial\", \"speaker\": \"customer\", \"text\": \"I am\"}", on: server, as: agent)
            _ = try await tell(
                call, "{\"kind\": \"partial\", \"speaker\": \"agent\", \"text\": \"Yes\"}", on: server, as: agent)
            let first = try await tell(
                call,
                "{\"kind\": \"segment\", \"speaker\": \"customer\", \"text\": \"I am furious\\nand angry\", \"start_seconds\": 1.5}",
                on: server, as: agent)
            #expect(first == 3)
            _ = try await tell(
                call,
                "{\"kind\": \"sentiment\", \"sentiment_score\": -0.5}, {\"kind\": \"segment\", \"text\": \"4111 1111 1111 1111\"}, \(Self.ended)",
                on: server, as: agent)
            let told = try events(try await server.send(.get, path, as: agent))
            #expect(told.map(\.name) == ["partial", "segment", "sentiment", "segment", "ended"])
            #expect(told[0].update.speaker == .agent && told[0].update.sentimentLabel != nil)
            #expect(told[1].update.sentimentLabel == .negative && told[1].update.text == "I am furious\nand angry")
            #expect(told[2].update.sentimentLabel == .negative)
            #expect(told[3].update.text == "[redacted]")
            let rest = try events(try await server.send(.get, path, as: agent, headers: ["Last-Event-ID": "4"]))
            #expect(rest.map(\.name) == ["segment", "ended"])
            #expect(try await server.send(.get, path, as: agent, headers: ["Last-Event-ID": "x"]).status == 400)
            #expect(try await server.send(.get, path, as: .user(.agent)).status == 404)
            #expect(try await server.sendJSON(.post, path, "{\"updates\": []}", as: agent).status == 422)
        }
    }

    @Test func `words that may change have a tone already, in the rules' language, where tones are wanted`()
        async throws
    {
        try await CallsServer.with { server in
            func tones(_ updates: String) async throws -> [SentimentLabel?] {
                let call = try await server.createCall().id
                _ = try await tell(call, updates + ", \(Self.ended)", on: server, as: .user(.owner))
                // Whoever comes late gets what was said so far.
                let told = try events(try await server.send(.get, "/api/v1/calls/\(call)/live"))
                return told.dropLast().map(\.update.sentimentLabel)
            }
            let partial = "{\"kind\": \"partial\", \"speaker\": \"customer\", \"text\": \"I am furious and angry\"}"
            #expect(try await tones(partial) == [.negative])
            let german = "{\"kind\": \"partial\", \"text\": \"Guten Tag, ich bin wirklich sehr zufrieden mit Ihnen\"}"
            #expect(try await tones(german) == [nil])
            server.trust.knowledge.set(try #require(Settings.analysisFeatures[.sentiment]), false, of: server.tenant)
            let told = "{\"kind\": \"sentiment\", \"sentiment_score\": -0.5}"
            #expect(try await tones("\(partial), \(told)") == [nil])
        }
    }

    @Test func `a stream that waits is woken by what another copy of the service took`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let hub = LiveHub(loop: server.loop, database: server.database)
            #expect(hub.enter(call.id))
            // The first news is that the listening has begun.
            await hub.wait(for: call.id, after: 0, atMost: .seconds(60))
            let before = hub.news(of: call.id)
            #expect(before > 0)
            let waiting = server.loop.spawn { await hub.wait(for: call.id, after: before, atMost: .seconds(60)) }
            _ = try await LiveStore(database: server.database).append(
                [CallsAPI.LiveUpdate(kind: .ended)], to: call.id, in: server.tenant)
            await waiting.value
            #expect(hub.news(of: call.id) > before)
            hub.leave(call.id)
        }
    }

    @Test func `what was told goes when the transcript is there, and after a day`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let store = LiveStore(database: server.database)
            let update = CallsAPI.LiveUpdate(kind: .segment, text: "Hello")
            _ = try await store.append([update], to: call.id, in: server.tenant)
            _ = try await RecordingStore(database: server.database).create(
                .sample(of: call.id), .whenAsked, in: server.tenant)
            let pipeline = PipelineStore(database: server.database)
            _ = try await pipeline.startTranscribing(call.id, in: server.tenant)
            _ = try await pipeline.finishTranscribing(call.id, .sample("Hello"), words: ["hello"], in: server.tenant)
            #expect(try await store.read(of: call.id, after: 0, limit: 10, in: server.tenant).isEmpty)
            _ = try await store.append([update], to: call.id, in: server.tenant)
            try await store.clear(before: .now() - .seconds(60))
            #expect(try await store.read(of: call.id, after: 0, limit: 10, in: server.tenant).count == 1)
            try await store.clear(before: .now() + .seconds(60))
            #expect(try await store.read(of: call.id, after: 0, limit: 10, in: server.tenant).isEmpty)
        }
    }
}
