import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

struct PerformanceTests {
    private func add(
        _ server: CallsServer, _ agent: UserID, _ start: String, seconds: Int, status: String = "completed",
        direction: String = "inbound"
    ) async throws {
        let startedAt = try Timestamp(jsonText: start)
        let answer = try await server.post(
            """
            {"direction": "\(direction)", "from": "201", "to": "202", "started_at": "\(startedAt)",
            "ended_at": "\(startedAt + .seconds(Int64(seconds)))", "status": "\(status)", "agent_id": "\(agent)"}
            """)
        #expect(answer.status == 201)
    }

    private func figures(
        _ server: CallsServer, _ agent: UserID, _ query: String, as caller: TestCaller = .user(.owner)
    ) async throws -> CallsServer.Answer {
        try await server.send(.get, "/api/v1/analytics/users/\(agent)\(query)", as: caller)
    }

    @Test func `one person's calls are counted by days, without anybody else's`() async throws {
        try await CallsServer.with { server in
            let (ada, bob) = (UserID.make(), UserID.make())
            try await add(server, ada, "2026-03-01T10:00:00.000Z", seconds: 60)
            try await add(server, ada, "2026-03-01T23:59:59.000Z", seconds: 30, direction: "outbound")
            try await add(server, ada, "2026-03-02T00:00:00.000Z", seconds: 0, status: "no_answer")
            try await add(server, bob, "2026-03-01T10:00:00.000Z", seconds: 600)
            _ = try await server.database.tenant(server.tenant).execute(
                """
                UPDATE calls SET quality_score = 80, sentiment_score = 0.5
                WHERE tenant_id = \(server.tenant) AND agent_id = \(ada) AND direction = 'inbound'
                """)
            let answer = try await figures(server, ada, "?from_date=2026-03-01&to_date=2026-03-02")
            #expect(answer.status == 200, "\(String(decoding: answer.bytes, as: UTF8.self))")
            let found: CallsAPI.Performance = try answer.decoded()
            #expect(found.days.map(\.date.jsonText) == ["2026-03-01", "2026-03-02"])
            let (total, first) = (found.total, found.days[0].figures)
            #expect(total.inboundCalls == 2 && total.outboundCalls == 1 && total.completedCalls == 2)
            #expect(total.unansweredCalls == 1 && total.talkSeconds == 90)
            #expect(total.ratedCalls == 2 && total.quality == 80 && total.sentiment == 0.5)
            #expect(first.inboundCalls == 1 && first.outboundCalls == 1 && first.talkSeconds == 90)
            let none: CallsAPI.Performance = try await figures(
                server, ada, "?from_date=2026-03-03&to_date=2026-03-04"
            ).decoded()
            #expect(none.days.isEmpty && none.total.quality == nil && none.total.talkSeconds == 0)
            // Without dates it is the last thirty days.
            let recent: CallsAPI.Performance = try await figures(server, ada, "").decoded()
            #expect(recent.fromDate.adding(days: 29) == recent.toDate)
        }
    }

    @Test func `agents have their own figures, and all when the tenant says so`() async throws {
        try await CallsServer.with { server in
            let (ada, bob) = (UserID.make(), UserID.make())
            try await add(server, bob, "2026-03-01T10:00:00.000Z", seconds: 60)
            func status(_ person: UserID, _ caller: TestCaller) async throws -> Int {
                try await figures(server, person, "", as: caller).status
            }
            #expect(try await status(ada, .person(ada, .agent)) == 200)
            #expect(try await status(bob, .person(ada, .agent)) == 404)
            #expect(try await status(bob, .apiKey([.callsRead])) == 200)
            #expect(try await status(bob, .apiKey([.usersRead])) == 403)
            #expect(try await status(bob, .anonymous) == 401)
            // Of somebody without calls nothing is known, in whichever tenant they are.
            #expect(try await status(.make(), .user(.owner)) == 404)
            let elsewhere = try await server.send(
                .get, "/api/v1/analytics/users/\(bob)", as: .user(.owner), in: server.trust.otherTenant)
            #expect(elsewhere.status == 404)
            try server.trust.knowledge.set(server.tenant, visibility: .organisation)
            #expect(try await status(bob, .person(ada, .agent)) == 200)
        }
    }

    @Test(arguments: [
        "?from_date=2026-03-02&to_date=2026-03-01", "?from_date=2020-01-01&to_date=2026-03-01", "?from_date=2020-01-01",
    ])
    func `a span is in its order and has a bound`(query: String) async throws {
        try await CallsServer.with { server in
            let ada = UserID.make()
            let answer = try await figures(server, ada, query, as: .person(ada, .agent))
            #expect(answer.status == 400)
            #expect(try answer.decoded(Problem.self).errors.map(\.pointer) == ["query/to_date"])
        }
    }
}
