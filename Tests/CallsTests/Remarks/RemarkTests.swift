import HTTP
import JSON
import Models
import Postgres
import Testing
import Web
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct RemarkTests {
    @Test func `notes keep every wording, and only whoever wrote one changes it`() async throws {
        try await CallsServer.with { server in
            let call = try await ListedCalls(server).add()
            let (author, other) = (TestCaller.person(UserID.make(), .admin), TestCaller.person(UserID.make(), .admin))
            let path = "/api/v1/calls/\(call)/notes"
            let made = try await server.json(.post, path, #"{"text": "She asks for Ann."}"#, as: author)
            #expect(made.status == 201)
            let note = try made.decoded(CallsAPI.Remark.self)
            let one = "\(path)/\(note.id)"
            #expect(try await server.json(.patch, one, #"{"text": "no"}"#, as: other, match: "*").status == 403)
            #expect(
                try await server.json(.patch, one, #"{"text": "He asks for Ann."}"#, as: author, match: "\"1\"").status
                    == 200)
            #expect(try await server.json(.patch, one, #"{"text": "late"}"#, as: author, match: "\"1\"").status == 412)
            let versions = try await server.send(.get, one + "/versions").decoded(CallsAPI.RemarkVersions.self).data
            #expect(versions.map(\.text) == ["He asks for Ann.", "She asks for Ann."])
            #expect(try await server.send(.get, path).decoded(CallsAPI.Remarks.self).data.map(\.version) == [2])
            #expect(try await server.json(.get, path, nil, as: .user(.agent)).status == 404)
            #expect(try await server.json(.delete, one, nil, as: author, match: "*").status == 204)
        }
    }

    @Test func `comments stand at a second and name only people who may see the call`() async throws {
        try await CallsServer.with { server in
            let (owner, agent, own) = (UserID.make(), UserID.make(), UserID.make())
            server.people.add(owner, .owner)
            server.people.add(agent, .agent)
            server.people.add(own, .agent)
            let call = try await ListedCalls(server).add { $0.agentID = own }
            let path = "/api/v1/calls/\(call)/comments"
            func comment(_ mention: UserID) async throws -> Int {
                try await server.json(
                    .post, path, "{\"at_seconds\": 12.5, \"text\": \"hear this\", \"mentions\": [\"\(mention)\"]}"
                ).status
            }
            #expect(try await comment(owner) == 201)
            #expect(try await comment(own) == 201)
            // Another agent does not see the call, and nobody knows the last one.
            #expect(try await comment(agent) == 422)
            #expect(try await comment(UserID.make()) == 422)
            try server.trust.knowledge.set(server.tenant, visibility: .organisation)
            #expect(try await comment(agent) == 201)
            let told = try await server.database.tenant(server.tenant).value(
                "SELECT count(*) FROM outbox_events WHERE tenant_id = \(server.tenant) AND type = 'call.mentioned'",
                as: Int.self)
            #expect(told == 3)
            let found = try await server.send(.get, path).decoded(CallsAPI.Remarks.self).data
            #expect(found.count == 3 && found.allSatisfy { $0.atSeconds == 12.5 })
        }
    }

    @Test func `views, scorecards and playlists are one's own, or shared`() async throws {
        try await CallsServer.with { server in
            let (ann, bob) = (TestCaller.person(UserID.make(), .admin), TestCaller.person(UserID.make(), .admin))
            let agent = UserID.make()
            let call = try await ListedCalls(server).add { $0.agentID = agent }
            let made = try await server.json(
                .post, "/api/v1/calls/views",
                #"{"name": "Lost", "filter": {"status": ["no_answer"], "quality_max": 50}}"#, as: ann)
            #expect(made.status == 201)
            let view = try made.decoded(CallsAPI.View.self)
            let bad = try await server.json(
                .post, "/api/v1/calls/views", #"{"name": "x", "filter": {"colour": "red"}}"#, as: ann)
            #expect(bad.status == 422)
            let path = "/api/v1/calls/views/\(view.id)"
            #expect(try await server.json(.get, path, nil, as: bob).status == 404)
            #expect(try await server.json(.patch, path, #"{"is_shared": true}"#, as: ann, match: "*").status == 200)
            #expect(try await server.json(.get, path, nil, as: bob).status == 200)
            // A person's score stands beside the analysis; nobody scores their own.
            let card = #"{"categories": [{"key": "greeting", "score": 80}, {"key": "closing", "score": 60}]}"#
            let scored = try await server.json(.put, "/api/v1/calls/\(call)/scorecard", card, as: bob)
            #expect(try scored.decoded(CallsAPI.Scorecard.self).score == 70)
            #expect(
                try await server.json(.put, "/api/v1/calls/\(call)/scorecard", card, as: .person(agent, .agent)).status
                    == 403)
            let list = try await server.json(
                .post, "/api/v1/calls/playlists", #"{"name": "Good openings", "is_shared": true}"#, as: ann)
            let playlist = try list.decoded(CallsAPI.Playlist.self)
            let items = "/api/v1/calls/playlists/\(playlist.id)/items"
            let item = "{\"call_id\": \"\(call)\", \"start_seconds\": 3, \"end_seconds\": 9}"
            #expect(try await server.json(.post, items, item, as: ann).status == 200)
            let heard = try await server.json(.get, "/api/v1/calls/playlists/\(playlist.id)", nil, as: bob)
            #expect(try heard.decoded(CallsAPI.Playlist.self).items.map(\.callID) == [call])
            // Another agent has the playlist, and not the calls that they may not see.
            let hidden = try await server.json(.get, "/api/v1/calls/playlists/\(playlist.id)", nil, as: .user(.agent))
            #expect(try hidden.decoded(CallsAPI.Playlist.self).items == [])
        }
    }

    @Test func `a link shows its part alone, counts its views and ends`() async throws {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            let call = try await listed.add()
            try await listed.process(call, .sample("zero", "one", "two", "three"))
            let path = "/api/v1/calls/\(call)/shares"
            let soon = Timestamp.now() + .seconds(3600)
            let body =
                "{\"start_seconds\": 1, \"end_seconds\": 3, \"expires_at\": \"\(soon)\", \"password\": \"correct horse\", \"view_limit\": 2}"
            let made = try await server.json(.post, path, body)
            #expect(made.status == 201)
            let share = try made.decoded(CallsAPI.Share.self)
            let url = try #require(share.url)
            let open = "/api/v1/calls/shared/" + (url.split(separator: "/").last.map(String.init) ?? "")
            #expect(try await server.json(.post, open, nil, as: .anonymous).status == 403)
            #expect(try await server.json(.post, open, #"{"password": "wrong horse"}"#, as: .anonymous).status == 403)
            let shown = try await server.json(.post, open, #"{"password": "correct horse"}"#, as: .anonymous)
            #expect(try shown.decoded(CallsAPI.SharedCall.self).segments.map(\.text) == ["one", "two"])
            #expect(try await server.json(.post, open, #"{"password": "correct horse"}"#, as: .anonymous).status == 200)
            #expect(try await server.json(.post, open, #"{"password": "correct horse"}"#, as: .anonymous).status == 404)
            let listedShares = try await server.send(.get, path).decoded(CallsAPI.Shares.self).data
            #expect(listedShares.map(\.views) == [2] && listedShares.first?.url == nil)
            let second = try await server.json(
                .post, path, "{\"start_seconds\": 0, \"end_seconds\": 2, \"expires_at\": \"\(soon)\"}")
            let other = try second.decoded(CallsAPI.Share.self)
            let link =
                "/api/v1/calls/shared/" + (try #require(other.url).split(separator: "/").last.map(String.init) ?? "")
            #expect(try await server.json(.post, link, nil, as: .anonymous).status == 200)
            #expect(try await server.json(.delete, "\(path)/\(other.id)", nil).status == 204)
            #expect(try await server.json(.post, link, nil, as: .anonymous).status == 404)
            #expect(
                try await server.json(
                    .post, path, "{\"start_seconds\": 3, \"end_seconds\": 2, \"expires_at\": \"\(soon)\"}"
                ).status == 422)
            #expect(try await server.json(.post, "/api/v1/calls/shared/nothing", nil, as: .anonymous).status == 404)
        }
    }
}
