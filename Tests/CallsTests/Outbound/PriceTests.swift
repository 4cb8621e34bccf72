import HTTP
import Jobs
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

@Suite(
    .enabled(if: Tool.hasCalls && CarrierSpecification.twilio != nil && CarrierSpecification.signalwire != nil),
    .timeLimit(.minutes(20))) struct PriceTests
{
    /// A call that nobody answered, whose two ends the carrier has had.
    private func call(_ outbound: OutboundServer) async throws -> CallID {
        let call = try await outbound.dial().callID
        _ = try await outbound.ask(try await outbound.placed(1))
        try await outbound.tell(try await outbound.placed(2), "no-answer")
        #expect(try await outbound.status(call) == .noAnswer)
        return call
    }

    private func price(_ outbound: OutboundServer, _ call: CallID, isLast: Bool = false) async throws {
        try await outbound.jobs.prices.run(PriceCallJob(callID: call), isLastAttempt: isLast, in: outbound.tenant)
    }

    private func spent(_ outbound: OutboundServer) async throws -> [Int64] {
        try await outbound.rows.values(
            "SELECT amount FROM contact_spend WHERE tenant_id = \(outbound.tenant)", as: Int64.self)
    }

    @Test(arguments: CarrierProvider.allCases)
    func `what a call has cost is asked for until the carrier says so, and counted once`(
        _ provider: CarrierProvider
    ) async throws {
        try await OutboundServer.with(provider) { outbound in
            try await outbound.setUp()
            let call = try await call(outbound)
            let waiting = try await outbound.rows.value(
                "SELECT count(*) FROM jobs WHERE tenant_id = \(outbound.tenant) AND kind = 'price_call'", as: Int.self)
            #expect(waiting == 1)
            await #expect(throws: JobFailure.self) { try await price(outbound, call) }
            try await price(outbound, call, isLast: true)
            #expect(try await spent(outbound).isEmpty)
            outbound.fake.price = 0.0085
            for _ in 0..<3 { try await price(outbound, call) }
            #expect(try await spent(outbound) == [8_500, 8_500])
            let ends = try await outbound.live(call).participants
            #expect(ends.map(\.costMicros) == [8_500, 8_500] && ends[0].costCurrency == "USD")
            // Whoever looks at what a call, an agent or a day has cost sees it beside the engines.
            func costs<Answer: Decodable>(_ path: String) async throws -> Answer {
                let answer = try await outbound.send(.get, "/api/v1/calls/\(path)", as: .user(.owner))
                #expect(answer.status == 200, "\(path)")
                return try answer.decoded()
            }
            let ofCall: CallsAPI.CallCosts = try await costs("\(call)/costs")
            #expect(ofCall.carrier == [.init(key: nil, currency: "USD", costMicros: 17_000, ends: 2)])
            let byDay: CallsAPI.Costs = try await costs("costs")
            #expect(byDay.carrier.map(\.costMicros) == [17_000] && byDay.carrier.first?.key != nil)
            let byAgent: CallsAPI.Costs = try await costs("costs?by=agent")
            #expect(byAgent.carrier.map(\.key) == [outbound.agent.description] && byAgent.costMicros == 0)
        }
    }

    @Test func `a cap that is reached cancels what is queued with the reason, until it is queued again`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let policy = try await outbound.send(
                .put, "/api/v1/consent/policy", #"{"spend_per_day": {"amount": 1, "currency": "USD"}}"#,
                as: .user(.owner), ifMatch: "*")
            #expect(policy.status == 200)
            let campaign = try await campaign(outbound)
            let call = try await call(outbound)
            outbound.fake.price = 0.0085
            try await price(outbound, call)
            let stopped = try await states(outbound, campaign)
            #expect(stopped == ["cancelled spend_cap", "cancelled spend_cap"])
            let again = try await add(outbound, campaign)
            #expect(again.added == 2 && again.known == 0)
            #expect(try await states(outbound, campaign) == ["pending ", "pending "])
            #expect(try await add(outbound, campaign).added == 0)
        }
    }

    @Test
    func `a campaign that is stopped takes back what rings and cancels what waits, and goes on when it is wanted`()
        async throws
    {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let campaign = try await campaign(outbound)
            let started = try await outbound.send(
                .post, "/api/v1/dialer/sessions", #"{"campaign_id": "\#(campaign)"}"#)
            #expect(started.status == 201)
            _ = try await outbound.ask(try await outbound.placed(1))
            let callee = try await outbound.placed(2)
            try await change(outbound, campaign, "finished")
            #expect(
                try await states(outbound, campaign) == ["cancelled campaign_finished", "cancelled campaign_finished"])
            try await outbound.until { outbound.fake.told.contains { $0.call == callee.id } }
            #expect(outbound.fake.told.first { $0.call == callee.id }?.form["Status"] == "canceled")
            try await outbound.tell(callee, "canceled")
            #expect(
                try await states(outbound, campaign) == ["cancelled campaign_finished", "cancelled campaign_finished"])
            try await change(outbound, campaign, "paused")
            #expect(try await states(outbound, campaign) == ["pending ", "pending "])
        }
    }

    private func campaign(_ outbound: OutboundServer) async throws -> CampaignID {
        let made = try await outbound.send(
            .post, "/api/v1/dialer/campaigns", #"{"name": "Spring", "purpose": "transactional"}"#, as: .user(.admin))
        let campaign = try made.decoded(CallsAPI.Campaign.self).id
        #expect(try await add(outbound, campaign).added == 2)
        try await change(outbound, campaign, "running")
        return campaign
    }

    private func add(_ outbound: OutboundServer, _ campaign: CampaignID) async throws -> CallsAPI.NumbersAdded {
        try await outbound.send(
            .post, "/api/v1/dialer/campaigns/\(campaign)/numbers",
            #"{"numbers": [{"number": "+12125550101"}, {"number": "+12125550102"}]}"#, as: .user(.admin)
        ).decoded()
    }

    private func change(_ outbound: OutboundServer, _ campaign: CampaignID, _ state: String) async throws {
        let changed = try await outbound.send(
            .patch, "/api/v1/dialer/campaigns/\(campaign)", #"{"state": "\#(state)"}"#, as: .user(.admin),
            ifMatch: "*")
        #expect(changed.status == 200)
    }

    private func states(_ outbound: OutboundServer, _ campaign: CampaignID) async throws -> [String] {
        try await outbound.texts(
            """
            SELECT state || ' ' || coalesce(reason, '') FROM dial_queue
            WHERE tenant_id = \(outbound.tenant) AND campaign_id = \(campaign) ORDER BY number
            """)
    }
}
