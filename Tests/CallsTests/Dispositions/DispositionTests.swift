import HTTP
import JSON
import Models
import Postgres
import Testing
import Web
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct DispositionTests {
    private static let path = "/api/v1/calls/dispositions"

    private func list(_ server: CallsServer, _ query: String = "") async throws -> [CallsAPI.Disposition] {
        try await server.send(.get, Self.path + query).decoded(CallsAPI.Dispositions.self).data
    }

    @Test func `a tenant begins with eight, of all four categories, and each only once`() async throws {
        try await CallsServer.with { server in
            let first = try await list(server)
            #expect(first.count == 8)
            #expect(first.first?.name == "Connected - Interested" && first.contains { $0.name == "Voicemail" })
            #expect(Set(first.map(\.category)) == Set(DispositionCategory.allCases))
            #expect(first.map(\.position) == Array(0..<8))
            #expect(try await list(server) == first)
            let other = try await server.send(.get, Self.path, in: server.trust.otherTenant)
            #expect(
                try other.decoded(CallsAPI.Dispositions.self).data.allSatisfy { one in
                    !first.contains { $0.id == one.id }
                })
        }
    }

    @Test func `a tenant adds its own, renames, orders and retires them`() async throws {
        try await CallsServer.with { server in
            let made = try await server.json(
                .post, Self.path, #"{"name": "Left with gatekeeper", "category": "not_connected"}"#)
            #expect(made.status == 201)
            let own = try made.decoded(CallsAPI.Disposition.self)
            #expect(own.position == 8 && own.preset == nil)
            let twice = try await server.json(
                .post, Self.path, #"{"name": "LEFT with gatekeeper", "category": "connected"}"#)
            #expect(twice.status == 409)
            let one = "\(Self.path)/\(own.id)"
            #expect(try await server.json(.patch, one, #"{"name": "Gatekeeper"}"#).status == 428)
            let renamed = try await server.json(.patch, one, #"{"name": "Gatekeeper"}"#, match: "\"1\"")
            #expect(try renamed.decoded(CallsAPI.Disposition.self).name == "Gatekeeper")
            #expect(try await server.json(.patch, one, #"{"name": "Old"}"#, match: "\"1\"").status == 412)
            let wanted = try await list(server).map(\.id).reversed()
            let ids = wanted.map { "\"\($0)\"" }.joined(separator: ",")
            let ordered = try await server.json(.put, Self.path + "/order", "{\"ids\": [\(ids)]}")
            #expect(try ordered.decoded(CallsAPI.Dispositions.self).data.map(\.id) == Array(wanted))
            #expect(try await server.json(.put, Self.path + "/order", "{\"ids\": [\"\(own.id)\"]}").status == 422)
            #expect(try await server.json(.delete, one, nil, match: "*").status == 200)
            #expect(try await list(server).count == 8)
            #expect(try await list(server, "?retired=true").count == 9)
            // Its name is free again, and then it cannot come back under it.
            let again = try await server.json(.post, Self.path, #"{"name": "Gatekeeper", "category": "connected"}"#)
            #expect(again.status == 201)
            #expect(try await server.json(.post, one + "/restore", nil).status == 409)
        }
    }

    @Test func `a call shows what it came to, and tells it in an event`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let chosen = try #require(try await list(server).first { $0.category == .doNotCall })
            let path = "/api/v1/calls/\(call.id)/disposition"
            let set = try await server.json(
                .put, path, "{\"disposition_id\": \"\(chosen.id)\", \"note\": \"asked twice\"}")
            #expect(try set.decoded(CallsAPI.CallSummary.self).dispositionID == chosen.id)
            let shown = try await server.get(call.id).disposition
            #expect(shown?.name == "Do Not Call" && shown?.note == "asked twice" && shown?.setBy != nil)
            let told = try await server.database.tenant(server.tenant).query(
                """
                SELECT p.data FROM outbox_events AS e JOIN outbox_payloads AS p ON p.tenant_id = e.tenant_id AND p.event_id = e.id
                WHERE e.tenant_id = \(server.tenant) AND e.type = 'call.disposition_set'
                """
            ) { row in try row.next(JSONText.self).decode(CallOutcomeStore.Facts.self) }
            #expect(told.map(\.category) == [.doNotCall])
            #expect(try await server.json(.delete, path, nil).status == 200)
            #expect(try await server.get(call.id).disposition == nil)
        }
    }

    @Test func `what is retired, foreign or out of reach is not set`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let chosen = try #require(try await list(server).first)
            let path = "/api/v1/calls/\(call.id)/disposition"
            let body = "{\"disposition_id\": \"\(chosen.id)\"}"
            // The call is nobody's, so an agent does not see it.
            #expect(try await server.json(.put, path, body, as: .user(.agent)).status == 404)
            #expect(
                try await server.json(.put, path, "{\"disposition_id\": \"\(DispositionID.make())\"}").status == 422)
            _ = try await server.json(.delete, "\(Self.path)/\(chosen.id)", nil, match: "*")
            #expect(try await server.json(.put, path, body).status == 422)
            let agent = TestCaller.person(UserID.make(), .agent)
            let own = try await server.createCall(as: agent)
            let other = try #require(try await list(server).first)
            let set = try await server.json(
                .put, "/api/v1/calls/\(own.id)/disposition", "{\"disposition_id\": \"\(other.id)\"}", as: agent)
            #expect(set.status == 200)
        }
    }
}
