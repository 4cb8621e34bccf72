import Events
import HTTP
import JSON
import Jobs
import Models
import Postgres
import Telemetry
import Testing
import Web
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct AssignmentTests {
    private static let path = "/api/v1/calls/assignments"

    private func add(
        _ server: CallsServer, territory: [String] = [], skills: [String] = [], languages: [String] = ["en-US"],
        role: Role = .agent
    ) async throws -> UserID {
        let id = UserID.make()
        let person = InternalAPI.Person(
            id: id, name: "Somebody", email: try EmailAddress(jsonText: "\(id)@example.com"), phone: nil, role: role,
            status: .active, language: "en", timeZone: .utc, territory: territory, skills: skills,
            languages: languages, notifications: [])
        try await AgentDirectory.keep(person, in: server.tenant, server.database.tenant(server.tenant))
        return id
    }

    private func assign(
        _ server: CallsServer, _ json: String, isPreview: Bool = false
    ) async throws -> CallsAPI.Assignment {
        let answer = try await server.json(.post, Self.path + (isPreview ? "/preview" : ""), json)
        #expect((200...201).contains(answer.status), "\(String(decoding: answer.bytes, as: UTF8.self))")
        return try answer.decoded()
    }

    private func setAvailability(_ server: CallsServer, _ agent: UserID, _ json: String) async throws {
        let answer = try await server.json(
            .put, "/api/v1/calls/agents/\(agent)/availability", json, match: "*")
        #expect(answer.status == 200, "\(String(decoding: answer.bytes, as: UTF8.self))")
    }

    @Test func `skills come before language, language before territory, and each is the reason`() async throws {
        try await CallsServer.with { server in
            let local = try await add(server, territory: ["100*", "07030"])
            let german = try await add(server, languages: ["de-AT", "en"])
            let skilled = try await add(server, skills: ["Closing"])
            let plain = try await add(server)
            let here = try await assign(server, #"{"postal_code": "10027"}"#, isPreview: true)
            #expect(here.userID == local && here.reason == .territory && here.id == nil && here.candidates == 4)
            let there = try await assign(server, #"{"postal_code": "07030", "language": "Deutsch"}"#, isPreview: true)
            #expect(there.userID == german && there.reason == .language)
            let best = try await assign(
                server, #"{"postal_code": "10027", "language": "de", "skills": ["closing"]}"#, isPreview: true)
            #expect(best.userID == skilled && best.reason == .skills)
            #expect(best.criteria.map(\.met) == [true, true, false, false, true])
            let none = try await assign(
                server, #"{"language": "th", "must_match_language": true}"#, isPreview: true)
            #expect(none.userID == nil && none.reason == .nobody)
            let any = try await assign(server, #"{"among": ["\#(plain)"]}"#, isPreview: true)
            #expect(any.userID == plain && any.candidates == 1)
        }
    }

    @Test func `whoever is away, not at work, at an appointment or on the line gets no call`() async throws {
        try await CallsServer.with { server in
            let agents = [try await add(server), try await add(server), try await add(server), try await add(server)]
            let free = try await add(server)
            let today = LocalDate(daysSince1970: Int(Timestamp.now().seconds / 86_400)).isoWeekday
            try await setAvailability(server, agents[0], #"{"presence": "away"}"#)
            try await setAvailability(
                server, agents[1],
                """
                {"presence": "available", "hours": [{"weekday": \((today + 2) % 7 + 1), "from": "09:00", "to": "17:00"}]}
                """)
            let now = Timestamp.now()
            try await AgentStore(tenant: server.tenant).setBusy(
                .init(
                    from: now - .seconds(3600), to: now + .seconds(3600),
                    busy: [.init(from: now - .seconds(60), to: now + .seconds(1_800))]), of: agents[2],
                server.database.tenant(server.tenant))
            _ = try await server.post(
                """
                {"direction": "inbound", "from": "+12125550123", "to": "201", "started_at": "\(now - .seconds(60))",
                "status": "in_progress", "agent_id": "\(agents[3])"}
                """)
            let made = try await assign(server, "{}")
            #expect(made.userID == free && made.reason == .availability)
            #expect(made.criteria.first?.candidates == 1)
            try await setAvailability(server, free, #"{"presence": "offline"}"#)
            let nobody = try await assign(server, "{}")
            #expect(nobody.userID == nil && nobody.reason == .nobody && nobody.id != nil)
            // What was said until a moment ago does not hold any more.
            try await setAvailability(
                server, free, #"{"presence": "offline", "until": "\#(Timestamp.now() - .seconds(1))"}"#)
            #expect(try await assign(server, "{}").userID == free)
            let listed: CallsAPI.Agents = try await server.send(.get, "/api/v1/calls/agents").decoded()
            #expect(listed.agents.filter(\.available).map(\.userID) == [free])
        }
    }

    @Test func `where nothing tells people apart each has a turn, also of calls that come at once`() async throws {
        try await CallsServer.with { server in
            var agents: Set<UserID> = []
            for _ in 0..<4 { agents.insert(try await add(server)) }
            let made = try await withThrowingTaskGroup(of: UserID?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let answer = try await server.json(.post, Self.path, "{}")
                        return try answer.decoded(CallsAPI.Assignment.self).userID
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let turns = Dictionary(grouping: made.compactMap { $0 }) { $0 }.mapValues(\.count)
            #expect(Set(turns.keys) == agents && Set(turns.values) == [2])
        }
    }

    @Test func `the call is its agent's then, in its language, with an event and the reason on record`() async throws {
        try await CallsServer.with { server in
            let agent = try await add(server, languages: ["de"])
            let answer = try await server.post(
                """
                {"direction": "outbound", "from": "201", "to": "+4930901820", "started_at": "\(Timestamp.now())",
                "status": "registered"}
                """)
            let call: CallsAPI.Call = try answer.decoded()
            let made = try await assign(server, #"{"call_id": "\#(call.id)"}"#)
            #expect(made.userID == agent && made.callID == call.id)
            let after = try await server.get(call.id)
            #expect(after.agentID == agent && after.language == "de")
            let told = try await server.database.tenant(server.tenant).value(
                """
                SELECT count(*) FROM outbox_events WHERE tenant_id = \(server.tenant) AND type = 'call.updated'
                  AND subject = \("call/\(call.id)")
                """, as: Int.self)
            #expect(told == 1)
            let kept: Page<CallsAPI.Assignment> = try await server.send(.get, "\(Self.path)?call_id=\(call.id)")
                .decoded()
            #expect(kept.data.map(\.userID) == [agent] && kept.data.first?.criteria.count == 5)
            let elsewhere = try await server.send(.get, Self.path, in: server.trust.otherTenant)
            #expect(try elsewhere.decoded(Page<CallsAPI.Assignment>.self).data.isEmpty)
            let strange = try await server.json(.post, Self.path, #"{"call_id": "\#(CallID.make())"}"#)
            #expect(strange.status == 422)
        }
    }

    @Test func `people say themselves whether they take calls, and nobody else but administrators`() async throws {
        try await CallsServer.with { server in
            let agent = try await add(server)
            let path = "/api/v1/calls/agents/\(agent)/availability"
            let own = try await server.json(
                .put, path, #"{"presence": "busy"}"#, as: .person(agent, .agent), match: "\"0\"")
            #expect(own.status == 200)
            #expect(try own.decoded(CallsAPI.Agent.self).presence == .busy)
            let other = try await server.json(.put, path, #"{"presence": "available"}"#, as: .user(.agent), match: "*")
            #expect(other.status == 404)
            let stale = try await server.json(.put, path, #"{"presence": "available"}"#, match: "\"0\"")
            #expect(stale.status == 412)
            let bad = try await server.json(
                .put, path, #"{"presence": "available", "hours": [{"weekday": 1, "from": "17:00", "to": "09:00"}]}"#,
                match: "*")
            #expect(try bad.decoded(Problem.self).errors.map(\.pointer) == ["/hours/0"])
        }
    }

    @Test func `what tenancy tells of people is asked for, and who has left gets nothing`() async throws {
        try await CallsServer.with { server in
            let agent = try await add(server)
            func deliver(_ type: EventType, _ status: UserStatus) async throws -> Int {
                let envelope = EventEnvelope(
                    id: .make(), type: type, tenantID: server.tenant, subject: "user/\(agent)", sequence: 1,
                    occurredAt: .now(), traceparent: nil,
                    data: try JSONText(
                        encoding: TenancyAPI.UserEvent(userID: agent, role: .agent, status: status, heirID: nil)))
                let application = WebApplication(
                    loop: server.loop, logger: Logger(service: "tests", level: .error), metrics: Metrics(),
                    routes: server.routes.internalTable, trust: try server.trust.trust(), listener: .internal)
                return await application.handler(
                    try server.trust.request(
                        .post, "/internal/events", as: .service(.tenancy), in: server.tenant, json: envelope)
                ).status
            }
            #expect(try await deliver(.userUpdated, .active) == 204)
            let waiting = try await server.database.value(
                "SELECT count(*) FROM jobs WHERE tenant_id = \(server.tenant) AND kind = 'refresh_agents'", as: Int.self
            )
            #expect(waiting == 1)
            #expect(try await assign(server, "{}").userID == agent)
            #expect(try await deliver(.userDeactivated, .deactivated) == 204)
            #expect(try await assign(server, "{}").userID == nil)
        }
    }

    @Test(
        arguments: [
            ("de-AT", nil, "de"), ("German", nil, "de"), ("español", nil, "es"), ("pt_BR", nil, "pt"),
            (nil, "+4930901820", "de"), (nil, "+6621234567", "th"), (nil, "+41446681800", nil), ("xx", nil, nil),
            ("th", "+4930901820", "th"), (nil, "nonsense", nil),
        ] as [(String?, String?, String?)])
    func `a lead's language follows from what is stated, or else from the number`(
        stated: String?, number: String?, expected: String?
    ) {
        #expect(LeadLanguage.detect(stated: stated, number: number, country: "US") == expected)
    }

    @Test func `more than a hundred languages are known`() { #expect(Languages.count > 100) }
}
