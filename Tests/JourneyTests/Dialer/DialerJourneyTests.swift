import HTTP
import HTTPClient
import JSON
import Models
import Testing

/// An agent at the dialer, a carrier, and processes that are killed in the middle.
@Suite(.timeLimit(.minutes(20))) struct DialerJourneyTests {
    private static let answered = "+12025550101"
    private static let busy = "+12025550102"
    private static let barred = "+12025550103"

    /// What the steps of the journey share.
    private struct Desk: Sendable {
        let visit: SuiteVisit
        let carrier: ScriptedCarrier
        let owner: Caller
        let agent: TenantUnderTest.Person
        let campaign: CampaignID
        let session: DialSessionID

        var browser: String { "client:\(agent.id)" }
        private var path: String { "/api/v1/dialer/sessions/\(session)" }

        /// Waits while the console says that it is there.
        func until(_ what: String, _ condition: () async throws -> Bool) async throws {
            try await visit.until(what) {
                _ = try await agent.caller.post("\(path)/heartbeat")
                return try await condition()
            }
        }

        func session() async throws -> CallsAPI.DialSession {
            try await agent.caller.get(path).expect(200).decoded(CallsAPI.DialSession.self)
        }

        func isAt(_ state: DialSessionState) async throws -> Bool {
            let answer = try await agent.caller.get(path)
            guard answer.status == 200 else { return false }
            return try answer.decoded(CallsAPI.DialSession.self).state == state
        }

        /// The agent takes the phone that rings for the call of a number.
        func pickUp(_ count: Int) async throws {
            try await until("the agent's phone rings") { carrier.calls(to: browser).count == count }
            try await hear("<Conference", on: try #require(carrier.calls(to: browser).last))
        }

        /// What the carrier is told to do with a call; it asks again when nobody has answered in time.
        func hear(_ words: String, on call: ScriptedCarrier.Placed, step: String? = nil) async throws {
            try await until("the carrier is told: \(words)") {
                try await carrier.ask(call, owner, step: step).contains(words)
            }
        }

        func entries() async throws -> [String: CallsAPI.DialEntry] {
            let found = try await owner.get("/api/v1/dialer/queue?campaign_id=\(campaign)").expect(200)
                .decoded(Page<CallsAPI.DialEntry>.self).data
            return Dictionary(found.map { ($0.number, $0) }) { first, _ in first }
        }

        func wrapUp() async throws {
            let headers: HTTPHeaders = ["Content-Type": "application/json"]
            _ = try await agent.caller.send(.post, "\(path)/wrap-up", headers, body: .bytes(Array("{}".utf8))).expect(
                200)
        }

        /// Kills the process that calls, and starts it again as a supervisor would.
        func kill() async throws {
            try await visit.suite.kill(.calls)
            try await visit.suite.start(.calls)
            try await until("calls answers again") { try await owner.get("/api/v1/calls").status == 200 }
        }
    }

    @Test func `three numbers are called, each as it must be, and none twice though the dialer is killed`() async throws
    {
        try await ScriptedCarrier.with { carrier in
            try await SuiteUnderTest.visit(carrier.settings) { visit in
                visit.plant(ScriptedCarrier.token, ScriptedCarrier.signingKey, "2025550101", "2025550102", "2025550103")
                let desk = try await Self.open(visit, carrier)
                try await Self.speak(desk)
                try await Self.meetBusy(desk)
                try await desk.until("nothing is left") { try await desk.session().reason == "nothing_due" }
                try await Self.check(desk)
            }
        }
    }

    /// A tenant with a carrier, an agent with a phone, and a campaign that runs.
    private static func open(_ visit: SuiteVisit, _ carrier: ScriptedCarrier) async throws -> Desk {
        let tenant = try await TenantUnderTest.make(visit)
        let owner = tenant.owner.caller
        let agent = try await tenant.person(.agent, visit)
        let made = try await owner.post(
            "/api/v1/connections",
            [
                "provider": "signalwire", "name": "Carrier",
                "settings": ["space": .string(carrier.address), "project_id": .string(ScriptedCarrier.project)],
                "credentials": [
                    "api_token": .string(ScriptedCarrier.token), "signing_key": .string(ScriptedCarrier.signingKey),
                ],
            ]
        ).expect(201).decoded(TenancyAPI.Connection.self)
        try await Self.patch(
            agent.caller, "/api/v1/dialer/settings",
            ["connection_id": .string("\(made.id)"), "caller_id": .string(ScriptedCarrier.number)])
        // Nobody has settings whom nobody has.
        try await owner.get("/api/v1/dialer/settings/\(UserID.make())").expect(404, "not_found")
        try await owner.post("/api/v1/consent/do-not-call", ["number": .string(Self.barred)]).expect(201)
        let campaign = try await owner.post(
            "/api/v1/dialer/campaigns", ["name": "Spring", "purpose": "transactional", "pause_seconds": 0]
        ).expect(201).decoded(CallsAPI.Campaign.self).id
        let numbers = [Self.answered, Self.busy, Self.barred].enumerated().map { index, number -> JSONValue in
            ["number": .string(number), "priority": .int(Int64(9 - index))]
        }
        try await owner.post("/api/v1/dialer/campaigns/\(campaign)/numbers", ["numbers": .array(numbers)]).expect(200)
        try await Self.patch(owner, "/api/v1/dialer/campaigns/\(campaign)", ["state": "running"])
        carrier.keepSilent(about: Self.answered)
        let session = try await agent.caller.post(
            "/api/v1/dialer/sessions", ["campaign_id": .string("\(campaign)")]
        ).expect(201).decoded(CallsAPI.DialSession.self).id
        return Desk(
            visit: visit, carrier: carrier, owner: owner, agent: agent, campaign: campaign, session: session)
    }

    private static func patch(_ caller: Caller, _ path: String, _ body: JSONValue) async throws {
        try await caller.send(
            .patch, path, ["If-Match": "*", "Content-Type": "application/json"], body: .bytes(try JSON.encode(body))
        ).expect(200)
    }

    /// The first number: the process dies after the carrier has begun to ring and before it has said so.
    private static func speak(_ desk: Desk) async throws {
        try await desk.pickUp(1)
        try await desk.until("the carrier rings the callee") { desk.carrier.calls(to: answered).count == 1 }
        try await desk.visit.suite.kill(.calls)
        desk.carrier.letGo()
        try await desk.visit.suite.start(.calls)
        // The carrier is asked, and its call is found again rather than placed anew.
        try await desk.until("the call is found again") {
            let answer = try await desk.owner.get("/api/v1/dialer/queue?campaign_id=\(desk.campaign)")
            guard answer.status == 200, let call = try await desk.entries()[answered]?.callID else { return false }
            let live = try await desk.owner.get("/api/v1/calls/\(call)/participants").expect(200)
                .decoded(CallsAPI.LiveCall.self)
            return live.participants.contains { $0.role == .customer && $0.state == .ringing }
        }
        let callee = try #require(desk.carrier.calls(to: answered).first)
        try await desk.hear("This call is recorded.", on: callee)
        try await desk.hear("<Conference", on: callee, step: "join")
        try await desk.until("they speak") { try await desk.isAt(.inCall) }
        try await desk.kill()
        try await desk.carrier.tell(callee, "completed", desk.owner)
        try await desk.until("the call is to be wrapped up") { try await desk.isAt(.wrapUp) }
        try await desk.wrapUp()
    }

    /// The second number: busy, with the process killed while it rings.
    private static func meetBusy(_ desk: Desk) async throws {
        try await desk.pickUp(2)
        try await desk.until("the carrier rings the second") { desk.carrier.calls(to: busy).count == 1 }
        try await desk.kill()
        let callee = try #require(desk.carrier.calls(to: busy).first)
        try await desk.carrier.tell(callee, "busy", desk.owner)
        try await desk.until("the number waits") { try await desk.entries()[busy]?.state == .pending }
    }

    private static func check(_ desk: Desk) async throws {
        let entries = try await desk.entries()
        #expect(entries[answered]?.state == .done)
        let waiting = try #require(entries[busy])
        #expect(waiting.reason == "busy" && waiting.attempts == 1)
        let retries = try await desk.owner.get("/api/v1/dialer/retries").expect(200)
            .decoded(Page<CallsAPI.CallRetry>.self).data
        let retry = try #require(retries.first)
        #expect(retries.count == 1 && retry.entryID == waiting.id && retry.retryCount == 1)
        #expect(retry.scheduledAt == waiting.notBefore && retry.scheduledAt > .now() + .seconds(6_000))
        #expect(entries[barred]?.state == .cancelled && entries[barred]?.reason == "do_not_call")
        // Whatever was killed, each was rung once: two callees, and the agent for each.
        #expect(desk.carrier.calls(to: answered).count == 1 && desk.carrier.calls(to: busy).count == 1)
        #expect(desk.carrier.calls(to: barred).isEmpty && desk.carrier.calls(to: desk.browser).count == 2)
    }
}
