import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

@Suite(
    .enabled(if: Tool.hasCalls && CarrierSpecification.twilio != nil && CarrierSpecification.signalwire != nil),
    .timeLimit(.minutes(20))) struct DialerTests
{
    private static let first = "+12125550101"
    private static let second = "+12125550102"

    /// A running campaign with numbers, the first of them first.
    private func campaign(
        _ outbound: OutboundServer, _ numbers: [String] = [first, second], _ more: String = ""
    ) async throws -> CampaignID {
        let made = try await outbound.send(
            .post, "/api/v1/dialer/campaigns",
            #"{"name": "Spring", "purpose": "transactional", "pause_seconds": 0\#(more)}"#, as: .user(.admin))
        #expect(made.status == 201)
        let campaign = try made.decoded(CallsAPI.Campaign.self)
        let list = numbers.enumerated().map { #"{"number": "\#($0.element)", "priority": \#(9 - $0.offset)}"# }
        let added = try await outbound.send(
            .post, "/api/v1/dialer/campaigns/\(campaign.id)/numbers",
            #"{"numbers": [\#(list.joined(separator: ","))]}"#, as: .user(.admin))
        #expect(try added.decoded(CallsAPI.NumbersAdded.self).added == numbers.count)
        let started = try await outbound.send(
            .patch, "/api/v1/dialer/campaigns/\(campaign.id)", #"{"state": "running"}"#, as: .user(.admin),
            ifMatch: "*")
        #expect(started.status == 200)
        return campaign.id
    }

    private func start(_ outbound: OutboundServer, _ campaign: CampaignID) async throws -> DialSessionID {
        let answer = try await outbound.send(
            .post, "/api/v1/dialer/sessions", #"{"campaign_id": "\#(campaign)"}"#)
        #expect(answer.status == 201)
        return try answer.decoded(CallsAPI.DialSession.self).id
    }

    private func session(_ outbound: OutboundServer, _ id: DialSessionID) async throws -> CallsAPI.DialSession {
        try await outbound.send(.get, "/api/v1/dialer/sessions/\(id)").decoded()
    }

    private func entries(_ outbound: OutboundServer, _ campaign: CampaignID) async throws -> [CallsAPI.DialEntry] {
        try await outbound.send(
            .get, "/api/v1/dialer/queue?campaign_id=\(campaign)&sort=created_at", as: .user(.owner)
        ).decoded(Page<CallsAPI.DialEntry>.self).data
    }

    @Test func `one number follows another: an unanswered one comes again later, a no is for good`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let campaign = try await campaign(outbound)
            let id = try await start(outbound, campaign)
            let again = try await outbound.send(.post, "/api/v1/dialer/sessions", #"{"campaign_id": null}"#)
            #expect(again.status == 409)
            _ = try await outbound.ask(try await outbound.placed(1))
            let unanswered = try await outbound.placed(2)
            #expect(unanswered.form["To"] == Self.first)
            #expect(unanswered.form["MachineDetection"] == "Enable")
            try await outbound.tell(unanswered, "no-answer")
            // The agent's end of the second call.
            _ = try await outbound.ask(try await outbound.placed(3))
            let waiting = try #require(try await entries(outbound, campaign).first { $0.number == Self.first })
            #expect(waiting.state == .pending && waiting.reason == "no_answer" && waiting.attempts == 1)
            #expect(waiting.notBefore > .now() + .seconds(7_000))
            let retries = try await outbound.send(.get, "/api/v1/dialer/retries", as: .user(.owner))
                .decoded(Page<CallsAPI.CallRetry>.self).data
            #expect(retries.map(\.retryCount) == [1] && retries[0].entryID == waiting.id)

            let customer = try await outbound.placed(4)
            #expect(customer.form["To"] == Self.second)
            _ = try await outbound.ask(customer, "&AnsweredBy=human")
            _ = try await outbound.ask(customer, url: try #require(customer.form["Url"]) + "&step=join")
            try await outbound.until { try await session(outbound, id).state == .inCall }
            try await outbound.tell(customer, "completed")
            try await outbound.until { try await session(outbound, id).state == .wrapUp }
            let dispositions = try await outbound.send(.get, "/api/v1/calls/dispositions", as: .user(.owner))
                .decoded(CallsAPI.Dispositions.self).data
            let no = try #require(dispositions.first { $0.category == .doNotCall })
            let wrapped = try await outbound.send(
                .post, "/api/v1/dialer/sessions/\(id)/wrap-up", #"{"disposition_id": "\#(no.id)"}"#)
            #expect(wrapped.status == 200)
            let refused = try await outbound.rows.transaction { transaction in
                try await ContactGate(hashing: outbound.server.routes.hashing).decide(
                    ContactQuestion(
                        .call, Self.second, for: .transactional, isAutomated: false, country: "US",
                        timeZone: .utc), in: transaction)
            }
            #expect(refused.outcome == .refused)
            // Nothing else is due.
            try await outbound.until { try await session(outbound, id).reason == "nothing_due" }
            #expect(try await outbound.send(.post, "/api/v1/dialer/sessions/\(id)/stop").status == 200)
            #expect(try await session(outbound, id).state == .ended)
            #expect(outbound.fake.placed.count == 4)
        }
    }

    @Test func `numbers wait for people of the tenant alone`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let campaign = try await campaign(outbound, ["+12025550177"])
            let numbers = "/api/v1/dialer/campaigns/\(campaign)/numbers"
            func body(_ second: UserID) -> String {
                """
                {"numbers": [{"number": "\(Self.first)", "agent_id": "\(outbound.agent)"},
                    {"number": "\(Self.second)", "agent_id": "\(second)"}]}
                """
            }
            let refused = try await outbound.send(.post, numbers, body(.make()), as: .user(.owner))
            #expect(refused.status == 422)
            #expect(try refused.decoded(Problem.self).errors.map(\.pointer) == ["/numbers/1/agent_id"])
            #expect(try await entries(outbound, campaign).count == 1)
            let added = try await outbound.send(.post, numbers, body(outbound.agent), as: .user(.owner))
            #expect(try added.decoded(CallsAPI.NumbersAdded.self).added == 2)
        }
    }

    @Test func `a machine that answers is hung up or hears the message, and is called again`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let campaign = try await campaign(
                outbound, [Self.first], #", "machine_action": "leave_message", "machine_message": "Call us back""#)
            _ = try await start(outbound, campaign)
            _ = try await outbound.ask(try await outbound.placed(1))
            let customer = try await outbound.placed(2)
            #expect(customer.form["MachineDetection"] == "DetectMessageEnd")
            let text = try await outbound.ask(customer, "&AnsweredBy=machine_end_beep")
            #expect(text.contains("Call us back") && !text.contains("<Conference"))
            try await outbound.until { try await entries(outbound, campaign)[0].state == .pending }
            #expect(try await entries(outbound, campaign)[0].reason == "voicemail")
        }
    }

    @Test func `a console that is gone gives its number to the next agent`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let campaign = try await campaign(outbound, [Self.first])
            let id = try await start(outbound, campaign)
            _ = try await outbound.placed(1)
            try await outbound.jobs.dialer.check(id, in: outbound.tenant)
            #expect(try await session(outbound, id).state == .dialling)
            try await outbound.jobs.dialer.check(id, now: .now() + .seconds(600), in: outbound.tenant)
            #expect(try await session(outbound, id).state == .ended)
            let entry = try await entries(outbound, campaign)[0]
            #expect(entry.state == .pending && entry.reason == "console_lost")
            let other = UserID.make()
            try await outbound.setUp(of: other)
            let next = try await outbound.send(
                .post, "/api/v1/dialer/sessions", #"{"campaign_id": "\#(campaign)"}"#, as: .person(other, .agent))
            #expect(next.status == 201)
            let placed = try await outbound.placed(2)
            #expect(placed.form["To"] == "client:\(other)")
            try await outbound.until { try await entries(outbound, campaign)[0].attempts == 2 }
        }
    }

    @Test func `a number without consent is never called, and one that is called too often waits`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let made = try await outbound.send(
                .post, "/api/v1/dialer/campaigns", #"{"name": "Cold", "purpose": "marketing"}"#, as: .user(.owner))
            let cold = try made.decoded(CallsAPI.Campaign.self).id
            _ = try await outbound.send(
                .post, "/api/v1/dialer/campaigns/\(cold)/numbers",
                #"{"numbers": [{"number": "\#(Self.first)"}, {"number": "no number"}]}"#, as: .user(.owner))
            _ = try await outbound.send(
                .patch, "/api/v1/dialer/campaigns/\(cold)", #"{"state": "running"}"#, as: .user(.owner), ifMatch: "*")
            let id = try await start(outbound, cold)
            try await outbound.until { try await session(outbound, id).reason == "nothing_due" }
            let entry = try await entries(outbound, cold)[0]
            #expect(entry.state == .cancelled && entry.reason == "consent_missing")
            #expect(outbound.fake.placed.isEmpty)
        }
    }

    @Test func `a no cancels what is queued, with the reason`() async throws {
        try await OutboundServer.with { outbound in
            let campaign = try await campaign(outbound)
            let subject = try #require(ContactSubject(Self.first, country: "US"))
            let outcome = try await outbound.rows.transaction { transaction in
                try await ConsentLedger(hashing: outbound.server.routes.hashing).revoke(
                    .init(method: .webForm, isForNumber: true), of: subject, in: transaction, outbound.tenant)
            }
            #expect(outcome.cancelled == 1)
            let states = try await entries(outbound, campaign).map { "\($0.number) \($0.state.rawValue)" }
            #expect(Set(states) == ["\(Self.first) cancelled", "\(Self.second) pending"])
            #expect(
                try await entries(outbound, campaign).first { $0.number == Self.first }?.reason == "consent_revoked")
        }
    }

    @Test func `two agents are never given the same number`() async throws {
        try await OutboundServer.with { outbound in
            let campaign = try await campaign(outbound, [Self.first, Self.second])
            let sessions = try await [UserID.make(), UserID.make(), UserID.make()].asyncMap { user in
                try await DialSessionStore(rows: outbound.rows, tenant: outbound.tenant).create(
                    DialSession(userID: user, campaignID: campaign))
            }.compactMap { $0 }
            #expect(sessions.count == 3)
            // Each claim waits in its own transaction while the others are made.
            let tenant = outbound.tenant
            let numbers = try await outbound.rows.transaction { one in
                let first = try await DialQueueStore(rows: one, tenant: tenant).claim(for: sessions[0])
                return try await outbound.rows.transaction { two in
                    let second = try await DialQueueStore(rows: two, tenant: tenant).claim(for: sessions[1])
                    let third = try await outbound.rows.transaction { three in
                        try await DialQueueStore(rows: three, tenant: tenant).claim(for: sessions[2])
                    }
                    return [first?.number, second?.number, third?.number]
                }
            }
            #expect(numbers == [Self.first, Self.second, nil])
        }
    }

    @Test func `an unanswered call is tried again as the tenant says, a call of history never`() async throws {
        try await OutboundServer.with { outbound in
            outbound.server.trust.knowledge.set(Settings.callRetryHours, [3, 5], of: outbound.tenant)
            outbound.server.trust.knowledge.set(Settings.callRetryAttempts, 3, of: outbound.tenant)
            let calls = CallStore(database: outbound.server.database)
            func unanswered(_ origin: CallOrigin, at: Timestamp) async throws -> CallID {
                var draft = CallDraft.sample(startedAt: at)
                (draft.direction, draft.status, draft.origin) = (.outbound, .noAnswer, origin)
                (draft.from, draft.to) = (draft.to, Party(reading: Self.first, country: "US"))
                draft.agentID = outbound.agent
                let call = try await calls.add(draft, in: outbound.tenant)
                // Twice, as a job may run.
                for _ in 0..<2 { try await outbound.jobs.consequences.settle(call.id, in: outbound.tenant) }
                return call.id
            }
            func retries() async throws -> [CallsAPI.CallRetry] {
                try await outbound.send(.get, "/api/v1/dialer/retries", as: .user(.owner))
                    .decoded(Page<CallsAPI.CallRetry>.self).data
            }
            _ = try await unanswered(.import, at: .now() - .seconds(900))
            #expect(try await retries().isEmpty)
            for attempt in 1...4 { _ = try await unanswered(.live, at: .now() - .seconds(900 - attempt)) }
            let planned = try await retries()
            #expect(planned.map(\.retryCount).sorted() == [1, 2, 3, 3])
            #expect(planned.map(\.status.rawValue).sorted() == ["completed", "completed", "completed", "failed"])
        }
    }

    @Test func `a retry that is due is told, waits for an agent without a phone, and falls with the consent`()
        async throws
    {
        try await OutboundServer.with { outbound in
            let calls = CallStore(database: outbound.server.database)
            var draft = CallDraft.sample()
            (draft.direction, draft.status) = (.outbound, .busy)
            (draft.from, draft.to) = (draft.to, Party(reading: Self.first, country: "US"))
            draft.agentID = outbound.agent
            let call = try await calls.add(draft, in: outbound.tenant)
            try await outbound.jobs.consequences.settle(call.id, in: outbound.tenant)
            let store = CallRetryStore(rows: outbound.rows, tenant: outbound.tenant)
            let retry = try #require(
                try await store.list(nil, RowOrderStore(isDescending: false, after: nil, limit: 1, offset: 0))
                    .retries.first)
            #expect(retry.count == 1)
            try await outbound.rows.execute(
                "UPDATE dial_queue SET purpose = 'transactional' WHERE tenant_id = \(outbound.tenant)")
            try await outbound.jobs.retries.process(retry.id, in: outbound.tenant)
            #expect(try await outbound.events(call.id).last == "call.retry_due")
            #expect(try await store.find(retry.id)?.reason == "agent_without_phone")
            let subject = try #require(ContactSubject(Self.first, country: "US"))
            _ = try await outbound.rows.transaction { transaction in
                try await ConsentLedger(hashing: outbound.server.routes.hashing).revoke(
                    .init(method: .sms, isForNumber: true), of: subject, in: transaction, outbound.tenant)
            }
            #expect(try await store.find(retry.id)?.status == .cancelled)
        }
    }
}

extension Array {
    /// One after another, in order.
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
