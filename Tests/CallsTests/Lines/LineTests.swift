import HTTP
import HTTPClient
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(10))) struct LineTests {
    private func write(
        _ server: CallsServer, _ method: HTTPMethod, _ target: String, _ json: String = "",
        as caller: TestCaller = .user(.owner), match: String? = nil
    ) async throws -> CallsServer.Answer {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let match { headers.set("If-Match", match) }
        return try await server.send(
            method, target, as: caller, headers: headers, body: json.isEmpty ? .empty : .bytes(Array(json.utf8)))
    }

    /// A call that a phone system brought, which names our end.
    private func add(
        _ server: CallsServer, _ line: String, source: String = "api", startedAt: Timestamp = .now() - .seconds(600),
        agent: UserID? = nil
    ) async throws -> CallID {
        var draft = CallDraft.sample(startedAt: startedAt)
        draft.source = source
        draft.agentID = agent
        let call = try await CallStore(database: server.database).add(draft, in: server.tenant)
        _ = try await server.database.tenant(server.tenant).execute(
            "UPDATE calls SET line_value = \(line) WHERE tenant_id = \(server.tenant) AND id = \(call.id)")
        return call.id
    }

    /// What the runner would do with all jobs of lines that wait.
    private func settle(_ server: CallsServer) async throws {
        let lines = try await server.database.tenant(server.tenant).query(
            "DELETE FROM jobs WHERE tenant_id = \(server.tenant) AND kind = 'assign_line_calls' RETURNING subject_id"
        ) { row in try row.next(LineID.self) }
        for line in lines { try await AssignLineCallsJob(lineID: line).run(server.database, in: server.tenant) }
    }

    @Test func `an unknown line is listed, assigned by one request, and its past calls follow`() async throws {
        try await CallsServer.with { server in
            let ada = server.person()
            let first = try await add(server, "201")
            let second = try await add(server, "201", startedAt: .now() - .seconds(7_200))
            _ = try await add(server, "202")
            let unknown: CallsAPI.UnknownLines = try await server.send(.get, "/api/v1/lines/unknown").decoded()
            #expect(unknown.data.map(\.value) == ["201", "202"] && unknown.data.map(\.calls) == [2, 1])
            #expect(unknown.data[0].firstCallAt < unknown.data[0].lastCallAt && !unknown.hasMore)
            let made = try await write(server, .post, "/api/v1/lines", #"{"value": "201", "agent_id": "\#(ada)"}"#)
            #expect(made.status == 201)
            try await settle(server)
            #expect(try await server.get(first).agentID == ada)
            #expect(try await server.get(second).agentID == ada)
            let left: CallsAPI.UnknownLines = try await server.send(.get, "/api/v1/lines/unknown").decoded()
            #expect(left.data.map(\.value) == ["202"])
        }
    }

    @Test func `a line that changes hands gives each call to whom it belonged then`() async throws {
        try await CallsServer.with { server in
            let (ada, bob) = (server.person(), server.person())
            let change = Timestamp.now() - .seconds(3_600)
            let before = try await add(server, "201", startedAt: change - .seconds(60))
            let after = try await add(server, "201", startedAt: change)
            let own = try await add(server, "201", startedAt: change, agent: bob)
            let one = try await write(
                server, .post, "/api/v1/lines", #"{"value": "201", "agent_id": "\#(ada)", "valid_to": "\#(change)"}"#)
            let other = try await write(
                server, .post, "/api/v1/lines",
                #"{"value": "201", "team": "sales", "valid_from": "\#(change)"}"#)
            #expect(one.status == 201 && other.status == 201)
            try await settle(server)
            #expect(try await server.get(before).agentID == ada)
            #expect(try await server.get(after).agentID == nil)
            // Whoever was named otherwise stays.
            #expect(try await server.get(own).agentID == bob)
            let overlap = try await write(server, .post, "/api/v1/lines", #"{"value": "201"}"#)
            #expect(overlap.status == 409)
            let line = try other.decoded(CallsAPI.Line.self)
            let stale = try await write(server, .patch, "/api/v1/lines/\(line.id)", "{}", match: "\"9\"")
            #expect(stale.status == 412)
            let changed = try await write(
                server, .patch, "/api/v1/lines/\(line.id)", #"{"agent_id": "\#(bob)", "team": null}"#, match: "\"1\"")
            #expect(changed.status == 200)
            try await settle(server)
            #expect(try await server.get(after).agentID == bob)
            let gone = try await write(server, .delete, "/api/v1/lines/\(line.id)", match: "\"2\"")
            #expect(gone.status == 204)
            try await settle(server)
            #expect(try await server.get(after).agentID == nil)
            #expect(try await server.send(.get, "/api/v1/lines/\(line.id)").status == 404)
        }
    }

    @Test func `a connection's own line comes before one of all connections`() async throws {
        try await CallsServer.with { server in
            let (ada, bob) = (server.person(), server.person())
            let connection = ConnectionID.make()
            for body in [
                #"{"value": "+1 415 555 0123", "agent_id": "\#(ada)"}"#,
                #"{"value": "(415) 555-0123", "agent_id": "\#(bob)", "connection_id": "\#(connection)"}"#,
            ] {
                let made = try await write(server, .post, "/api/v1/lines", body)
                #expect(made.status == 201)
            }
            let lines = LineStore(rows: server.database.tenant(server.tenant))
            func agent(_ source: String) async throws -> UserID? {
                try await lines.agent(for: "+14155550123", source: source, at: .now(), in: server.tenant)?.agentID
            }
            #expect(try await agent(connection.jsonText) == bob)
            #expect(try await agent("api") == ada)
            #expect(try await lines.agent(for: "201", source: "api", at: .now(), in: server.tenant) == nil)
            let elsewhere = LineStore(rows: server.database.tenant(server.trust.otherTenant))
            #expect(
                try await elsewhere.agent(for: "+14155550123", source: "api", at: .now(), in: server.trust.otherTenant)
                    == nil)
        }
    }

    @Test func `lines are listed by page, and wrong ones are refused with the field's name`() async throws {
        try await CallsServer.with { server in
            for number in 201...203 {
                _ = try await write(server, .post, "/api/v1/lines", #"{"value": "\#(number)"}"#)
            }
            let page: Page<CallsAPI.Line> = try await server.send(.get, "/api/v1/lines?limit=2").decoded()
            #expect(page.data.map(\.value) == ["203", "202"] && page.total == 3)
            let cursor = try #require(page.nextCursor)
            let rest: Page<CallsAPI.Line> = try await server.send(.get, "/api/v1/lines?limit=2&cursor=\(cursor)")
                .decoded()
            #expect(rest.data.map(\.value) == ["201"])
            let found: Page<CallsAPI.Line> = try await server.send(.get, "/api/v1/lines?value=202").decoded()
            #expect(found.data.map(\.value) == ["202"])
            let withheld = try await write(server, .post, "/api/v1/lines", #"{"value": "anonymous"}"#)
            #expect(withheld.status == 422)
            let reversed = try await write(
                server, .post, "/api/v1/lines",
                #"{"value": "9", "valid_from": "2026-02-01T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"}"#)
            #expect(try reversed.decoded(Problem.self).errors.map(\.pointer) == ["/valid_to"])
            #expect(
                try await write(server, .post, "/api/v1/lines", #"{"value": "9"}"#, as: .user(.agent)).status == 403)
        }
    }

    @Test func `whoever speaks on the other channel of a line does so in its recordings, from then on`() async throws {
        try await CallsServer.with { server in
            func channel(of call: CallID) async throws -> Int? {
                #expect(try await server.upload(Tones.wav(seconds: 1, channels: 2), to: call).status == 202)
                return try await RecordingStore(database: server.database).find(of: call, in: server.tenant)?
                    .agentChannel
            }
            #expect(try await channel(of: try await add(server, "201")) == nil)
            let made = try await write(server, .post, "/api/v1/lines", #"{"value": "201", "agent_channel": 0}"#)
            let line = try made.decoded(CallsAPI.Line.self)
            #expect(made.status == 201 && line.agentChannel == 0)
            #expect(try await channel(of: try await add(server, "201")) == 0)
            #expect(try await channel(of: try await add(server, "202")) == nil)
            let changed = try await write(
                server, .patch, "/api/v1/lines/\(line.id)", #"{"agent_channel": null}"#, match: "\"1\"")
            #expect(changed.status == 200)
            #expect(try await channel(of: try await add(server, "201")) == nil)
            let wrong = try await write(server, .post, "/api/v1/lines", #"{"value": "203", "agent_channel": 2}"#)
            #expect(wrong.status == 422)
        }
    }

    @Test func `a line is given to people of the tenant alone`() async throws {
        try await CallsServer.with { server in
            let (ada, stranger) = (server.person(), UserID.make())
            let refused = try await write(
                server, .post, "/api/v1/lines", #"{"value": "201", "agent_id": "\#(stranger)"}"#)
            #expect(refused.status == 422)
            #expect(try refused.decoded(Problem.self).errors.map(\.pointer) == ["/agent_id"])
            let made = try await write(server, .post, "/api/v1/lines", #"{"value": "201", "agent_id": "\#(ada)"}"#)
            let line = try made.decoded(CallsAPI.Line.self)
            let changed = try await write(
                server, .patch, "/api/v1/lines/\(line.id)", #"{"agent_id": "\#(stranger)"}"#, match: "\"1\"")
            #expect(try changed.decoded(Problem.self).errors.map(\.pointer) == ["/agent_id"])
            let freed = try await write(
                server, .patch, "/api/v1/lines/\(line.id)", #"{"agent_id": null}"#, match: "\"1\"")
            #expect(freed.status == 200)
        }
    }
}
