import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Calls

struct TrackerTests {
    @Test func `words that a tenant names are found in calls, with their segments, by version`() async throws {
        try await CallsServer.with { server in
            let base = "/api/v1/calls/trackers"
            let body =
                "{\"name\": \"Support\", \"phrases\": [\"PREMIUM support\", \"quote\"], \"speaker\": \"customer\"}"
            let made = try await server.sendJSON(.post, base, body)
            #expect(made.status == 201)
            let tracker = try made.decoded(CallsAPI.Tracker.self)
            let agent = TestCaller.person(.make(), .agent)
            let call = try await server.callWithTranscript(as: agent)
            let hit = try #require(try await server.get(call).analysis?.trackers.first)
            #expect(hit.trackerID == tracker.id && hit.version == 1 && hit.name == "Support")
            #expect(hit.segmentIDs == [1, 3, 5] && hit.count == 3)
            let path = "\(base)/\(tracker.id)"
            for caller in [TestCaller.user(.owner), agent] {
                let page = try await server.send(.get, "\(path)/calls", as: caller)
                    .decoded(Page<CallsAPI.TrackedCall>.self)
                #expect(page.data.map(\.callID) == [call] && page.total == 1)
            }
            let changed = try await server.sendJSON(
                .patch, path, "{\"phrases\": [\"submarine\"], \"speaker\": null}", match: "\"1\"")
            #expect(try changed.decoded(CallsAPI.Tracker.self).version == 2)
            #expect(try await server.sendJSON(.patch, path, "{\"name\": \"x\"}", match: "\"1\"").status == 412)
            _ = try await server.sendJSON(.post, "/api/v1/calls/\(call)/analyses", "{}")
            try await server.analyse(call)
            #expect(try await server.get(call).analysis?.trackers == [])
            let page = try await server.send(.get, "\(path)/calls").decoded(Page<CallsAPI.TrackedCall>.self)
            #expect(page.data.isEmpty)
            #expect(try await server.sendJSON(.post, base, "{\"name\": \"x\", \"phrases\": [\"--\"]}").status == 422)
            #expect(try await server.sendJSON(.post, base, body, as: .user(.agent)).status == 403)
            #expect(try await server.send(.delete, path, headers: ["If-Match": "\"2\""]).status == 204)
            #expect(try await server.send(.get, path).status == 404)
        }
    }

    @Test func `a word inside of unspaced text is found`() {
        let tracker = Tracker(id: .make(), version: 1, name: "Insurance", phrases: ["ประกัน"], speaker: nil)
        let hits = TrackerRules.hits(
            of: [tracker], in: Conversation.transcript([(.customer, "ฉันต้องการซื้อประกันรถยนต์")], language: "th"))
        #expect(hits.map(\.segmentIDs) == [[0]])
    }

    @Test func `the vocabulary is kept by version and bounded`() async throws {
        try await CallsServer.with { server in
            let path = "/api/v1/calls/vocabulary"
            #expect(try await server.send(.get, path).decoded(CallsAPI.Vocabulary.self).version == 0)
            let set = try await server.sendJSON(.put, path, "{\"terms\": [\"Northwind\", \" Zeppelin \"]}")
            #expect(try set.decoded(CallsAPI.Vocabulary.self).terms == ["Northwind", "Zeppelin"])
            #expect(try await server.sendJSON(.put, path, "{\"terms\": []}", match: "\"7\"").status == 412)
            #expect(try await server.sendJSON(.put, path, "{\"terms\": []}", match: "\"1\"").status == 200)
            #expect(try await server.sendJSON(.put, path, "{\"terms\": [\"\"]}").status == 422)
            #expect(try await server.sendJSON(.put, path, "{\"terms\": []}", as: .user(.agent)).status == 403)
        }
    }
}
