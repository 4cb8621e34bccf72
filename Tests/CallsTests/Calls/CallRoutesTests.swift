import HTTP
import JSON
import Models
import Testing
import Web
import WebTestSupport

@testable import Calls

struct CallRoutesTests {
    @Test func `a call is recorded, read with everything in its place, and not read elsewhere`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall(as: .apiKey([.callsWrite]))
            #expect(call.from.value == "+14155550123")
            #expect(call.to.kind == .extension)
            #expect(call.processing.stage == .received)
            let answer = try await server.send(.get, "/api/v1/calls/\(call.id)")
            #expect(answer.status == 200)
            #expect(answer.headers["ETag"] == "\"1\"")
            let text = String(decoding: answer.bytes, as: UTF8.self)
            for part in ["\"recording\":null", "\"transcript\":null", "\"analysis\":null"] {
                #expect(text.contains(part))
            }
            let known = try await server.send(.get, "/api/v1/calls/\(call.id)", headers: ["If-None-Match": "\"1\""])
            #expect(known.status == 304)
            let other = server.trust.otherTenant
            #expect(try await server.send(.get, "/api/v1/calls/\(call.id)", in: other).status == 404)
            #expect(try await server.send(.get, "/api/v1/calls/\(CallID.make())").status == 404)
        }
    }

    @Test func `the same external id answers 200 with the first call`() async throws {
        try await CallsServer.with { server in
            let first = try await server.post(CallsServer.call(", \"external_id\": \"a\""))
            let second = try await server.post(
                CallsServer.call(", \"external_id\": \"a\", \"metadata\": {\"changed\": true}"))
            #expect(first.status == 201)
            #expect(second.status == 200)
            #expect(try second.decoded(CallsAPI.Call.self).id == first.decoded(CallsAPI.Call.self).id)
            #expect(try second.decoded(CallsAPI.Call.self).metadata == .emptyObject)
        }
    }

    @Test func `an idempotency key makes one call`() async throws {
        try await CallsServer.with { server in
            let caller = TestCaller.person(.make(), .owner)
            let body = CallsServer.call()
            let first = try await server.post(body, as: caller, key: "k1")
            let second = try await server.post(body, as: caller, key: "k1")
            #expect(second.status == 201)
            #expect(second.bytes == first.bytes)
            let third = try await server.post(CallsServer.call(", \"language\": \"en\""), as: caller, key: "k1")
            #expect(third.status == 409)
        }
    }

    @Test func `faults of a body are all named`() async throws {
        try await CallsServer.with { server in
            let answer = try await server.post(
                """
                {"direction": "sideways", "from": "1", "started_at": "yesterday", "status": "completed", "color": 1}
                """)
            #expect(answer.status == 422)
            let pointers = Set(try answer.decoded(Problem.self).errors.map(\.pointer))
            #expect(pointers.isSuperset(of: ["/direction", "/to", "/started_at", "/color"]))
            let nul = try await server.post(CallsServer.call(#", "external_id": "a\u0000b""#))
            #expect(nul.status == 422)
            #expect(try nul.decoded(Problem.self).errors.map(\.pointer) == ["/external_id"])
            let future = try await server.post(CallsServer.call(startedAt: .now() + .seconds(7_200)))
            #expect(future.status == 422)
        }
    }

    @Test func `agents record and see their own calls, or all when the tenant says so`() async throws {
        try await CallsServer.with { server in
            let agent = UserID.make()
            let own = try await server.createCall(as: .person(agent, .agent))
            #expect(own.agentID == agent)
            let other = try await server.createCall()
            let named = try await server.post(
                CallsServer.call(", \"agent_id\": \"\(UserID.make())\""), as: .person(agent, .agent))
            #expect(named.status == 422)
            func seen() async throws -> Set<CallID> {
                let page = try await server.send(.get, "/api/v1/calls", as: .person(agent, .agent))
                return Set(try page.decoded(Page<CallsAPI.CallSummary>.self).data.map(\.id))
            }
            #expect(try await seen() == [own.id])
            #expect(try await server.send(.get, "/api/v1/calls/\(other.id)", as: .person(agent, .agent)).status == 404)
            try server.trust.knowledge.set(server.tenant, visibility: .organisation)
            #expect(try await seen() == [own.id, other.id])
        }
    }

    @Test func `a list is filtered, paged by cursor and refuses what it does not know`() async throws {
        try await CallsServer.with { server in
            var made: [CallID] = []
            for index in 0..<5 {
                let start = Timestamp.now() - .seconds(Int64(1_000 - index))
                let answer = try await server.post(CallsServer.call(startedAt: start))
                made.insert(try answer.decoded(CallsAPI.Call.self).id, at: 0)
            }
            var (seen, cursor): ([CallID], String?) = ([], nil)
            repeat {
                let part = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try await server.send(.get, "/api/v1/calls?limit=2\(part)")
                    .decoded(Page<CallsAPI.CallSummary>.self)
                #expect(page.total == 5)
                seen += page.data.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(seen == made)
            let unknown = try await server.send(.get, "/api/v1/calls?colour=red&status=lost")
            #expect(unknown.status == 400)
            #expect(try unknown.code == "invalid_query")
            let empty = try await server.send(.get, "/api/v1/calls?search=%21%21").decoded(
                Page<CallsAPI.CallSummary>.self)
            #expect(empty.total == 0)
            let party = try await server.send(.get, "/api/v1/calls?party=415-555-0123&sort=started_at&limit=1")
                .decoded(Page<CallsAPI.CallSummary>.self)
            #expect(party.data.map(\.id) == [made[4]])
        }
    }

    @Test func `the bin takes a call by its version and gives it back`() async throws {
        try await CallsServer.with { server in
            let path = "/api/v1/calls/\(try await server.createCall().id)"
            #expect(try await server.send(.delete, path).status == 428)
            #expect(try await server.send(.delete, path, headers: ["If-Match": "\"7\""]).status == 412)
            #expect(try await server.send(.delete, path, headers: ["If-Match": "\"1\""]).status == 204)
            let list = try await server.send(.get, "/api/v1/calls").decoded(Page<CallsAPI.CallSummary>.self)
            #expect(list.total == 0)
            let bin = try await server.send(.get, "/api/v1/calls?deleted=true").decoded(Page<CallsAPI.CallSummary>.self)
            #expect(bin.total == 1)
            #expect(try await server.send(.post, path + "/restore", as: .user(.agent)).status == 403)
            let restored = try await server.send(.post, path + "/restore")
            #expect(restored.status == 200)
            #expect(try restored.decoded(CallsAPI.Call.self).deletedAt == nil)
        }
    }
}
