import HTTP
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

@Suite(
    .enabled(if: Tool.hasCalls && CarrierSpecification.twilio != nil && CarrierSpecification.signalwire != nil),
    .timeLimit(.minutes(20))) struct RetryTests
{
    private static let number = "+12125550101"

    /// A call of the agent's that nobody answered, settled; its retry.
    private func unanswered(_ outbound: OutboundServer, by agent: UserID?) async throws -> CallsAPI.CallRetry {
        var draft = CallDraft.sample()
        (draft.direction, draft.status) = (.outbound, .noAnswer)
        (draft.from, draft.to) = (draft.to, Party(reading: Self.number, country: "US"))
        draft.agentID = agent
        let call = try await CallStore(database: outbound.server.database).add(draft, in: outbound.tenant)
        try await outbound.jobs.consequences.settle(call.id, in: outbound.tenant)
        // About something that the law leaves alone at any hour.
        try await outbound.rows.execute(
            "UPDATE dial_queue SET purpose = 'transactional' WHERE tenant_id = \(outbound.tenant)")
        return try #require(try await retries(outbound).first { $0.callID == call.id })
    }

    private func retries(_ outbound: OutboundServer) async throws -> [CallsAPI.CallRetry] {
        try await outbound.send(.get, "/api/v1/dialer/retries", as: .user(.owner))
            .decoded(Page<CallsAPI.CallRetry>.self).data
    }

    private func retry(_ outbound: OutboundServer, _ id: CallRetryID) async throws -> CallsAPI.CallRetry {
        try #require(try await retries(outbound).first { $0.id == id })
    }

    private func entry(_ outbound: OutboundServer) async throws -> CallsAPI.DialEntry {
        let all = try await outbound.send(.get, "/api/v1/dialer/queue", as: .user(.owner))
            .decoded(Page<CallsAPI.DialEntry>.self).data
        return try #require(all.first { $0.number == Self.number })
    }

    @Test func `a retry that is due rings the agent, then the callee, three times at most`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            var next = try await unanswered(outbound, by: outbound.agent)
            var hours: [Int64] = []
            for count in 1...3 {
                #expect(next.retryCount == count && next.status == .pending)
                let latest = try #require(
                    try await outbound.rows.value(
                        "SELECT ended_at FROM calls WHERE tenant_id = \(outbound.tenant) AND id = \(next.callID)",
                        as: Timestamp.self))
                // Instants travel in milliseconds.
                hours.append((next.scheduledAt - latest + .seconds(1)).components.seconds / 3_600)
                // A job that was killed runs again: nobody is rung twice.
                for _ in 0..<3 { try await outbound.jobs.retries.process(next.id, in: outbound.tenant) }
                let agent = try await outbound.placed(2 * count - 1)
                #expect(agent.form["To"] == "client:\(outbound.agent)")
                _ = try await outbound.ask(agent)
                let callee = try await outbound.placed(2 * count)
                #expect(callee.form["To"] == Self.number)
                #expect(try await retry(outbound, next.id).status == .completed)
                #expect(try await entry(outbound).attempts == count)
                try await outbound.tell(callee, "no-answer")
                try await outbound.tell(agent, "completed")
                let told = try await outbound.events(next.callID)
                #expect(told.count { $0 == "call.retry_due" } == 1)
                let call = try #require(try await entry(outbound).callID)
                try await outbound.until { try await retries(outbound).contains { $0.callID == call } }
                next = try #require(try await retries(outbound).first { $0.callID == call })
            }
            #expect(hours == [2, 24, 24])
            #expect(next.status == .failed && next.reason == "attempts_exhausted" && next.retryCount == 3)
            #expect(try await entry(outbound).state == .failed)
            #expect(outbound.fake.placed.count == 6)
        }
    }

    @Test func `an agent at the dialer gets the retry before all else`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let due = try await unanswered(outbound, by: outbound.agent)
            let started = try await outbound.send(.post, "/api/v1/dialer/sessions", #"{"campaign_id": null}"#)
            #expect(started.status == 201)
            let session = try started.decoded(CallsAPI.DialSession.self).id
            let path = "/api/v1/dialer/sessions/\(session)"
            try await outbound.until {
                try await outbound.send(.get, path).decoded(CallsAPI.DialSession.self).reason == "nothing_due"
            }
            // Another number that is due, of the highest priority that people can give.
            var other = DialEntry("+12125550199")
            (other.agentID, other.purpose, other.priority) = (outbound.agent, .transactional, 100)
            let added = try await DialQueueStore(rows: outbound.rows, tenant: outbound.tenant).add([other])
            #expect(added == 1)
            try await outbound.jobs.retries.process(due.id, in: outbound.tenant)
            #expect(try await retry(outbound, due.id).reason == "at_dialer")
            #expect(try await entry(outbound).priority == 1_000)
            #expect(try await outbound.send(.post, "\(path)/next").status == 200)
            _ = try await outbound.placed(1)
            #expect(try await entry(outbound).state == .claimed)
            #expect(try await retry(outbound, due.id).status == .completed)
            #expect(
                try await outbound.rows.value(
                    "SELECT retry_count FROM call_controls WHERE tenant_id = \(outbound.tenant)", as: Int32.self) == 1)
        }
    }

    @Test func `a retry waits while its agent is away or in a call, and comes back when they do not pick up`()
        async throws
    {
        try await OutboundServer.with { outbound in
            try await outbound.setUp(#", "is_available": false"#)
            let due = try await unanswered(outbound, by: outbound.agent)
            try await outbound.jobs.retries.process(due.id, in: outbound.tenant)
            #expect(try await retry(outbound, due.id).reason == "agent_unavailable")
            #expect(try await entry(outbound).priority == 1_000)
            try await outbound.setUp(#", "is_available": true"#)
            let running = try await outbound.dial("+12125550188")
            let agent = try await outbound.placed(1)
            try await outbound.jobs.retries.process(due.id, in: outbound.tenant)
            #expect(try await retry(outbound, due.id).reason == "agent_busy")
            try await outbound.tell(agent, "no-answer")
            #expect(try await outbound.status(running.callID) == .cancelled)
            try await outbound.jobs.retries.process(due.id, in: outbound.tenant)
            try await outbound.tell(try await outbound.placed(2), "no-answer")
            try await outbound.until { try await retry(outbound, due.id).reason == "agent_no_answer" }
            let waiting = try await entry(outbound)
            #expect(waiting.state == .pending && waiting.priority == 1_000)
            #expect(try await retry(outbound, due.id).status == .pending)
            #expect(outbound.fake.placed.count == 2)
        }
    }

    @Test func `a retry of nobody in particular is given to whoever is there`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let due = try await unanswered(outbound, by: nil)
            try await outbound.jobs.retries.process(due.id, in: outbound.tenant)
            #expect(try await retry(outbound, due.id).reason == "nobody_available")
            try await outbound.rows.execute(
                """
                INSERT INTO agents (tenant_id, user_id, role, status, time_zone)
                VALUES (\(outbound.tenant), \(outbound.agent), 'agent', 'active', 'UTC')
                """)
            try await outbound.jobs.retries.process(due.id, in: outbound.tenant)
            #expect(try await outbound.placed(1).form["To"] == "client:\(outbound.agent)")
            #expect(try await entry(outbound).agentID == outbound.agent)
        }
    }

    @Test func `a retry on a number that was put on the do-not-call list meanwhile is cancelled with the reason`()
        async throws
    {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let due = try await unanswered(outbound, by: outbound.agent)
            let added = try await outbound.send(
                .post, "/api/v1/consent/do-not-call", #"{"number": "\#(Self.number)", "reason": "requested"}"#,
                as: .user(.owner))
            #expect(added.status == 201)
            try await outbound.jobs.retries.process(due.id, in: outbound.tenant)
            let gone = try await retry(outbound, due.id)
            #expect(gone.status == .cancelled && gone.reason == "do_not_call")
            #expect(outbound.fake.placed.isEmpty)
        }
    }
}
