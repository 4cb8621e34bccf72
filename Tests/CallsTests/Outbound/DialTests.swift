import HTTP
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

@Suite(
    .enabled(if: Tool.hasCalls && CarrierSpecification.twilio != nil && CarrierSpecification.signalwire != nil),
    .timeLimit(.minutes(20))) struct DialTests
{
    @Test(arguments: CarrierProvider.allCases)
    func `a click rings the agent, then the callee, bridges and records them, and notes who was there`(
        _ provider: CarrierProvider
    ) async throws {
        try await OutboundServer.with(provider) { outbound in
            try await outbound.setUp()
            let call = try await outbound.dial()
            #expect(call.status == .registered)
            let first = try await outbound.placed(1)
            #expect(first.form["To"] == "client:\(outbound.agent)")
            #expect(first.form["From"] == "+14155550100")
            #expect(try await outbound.ask(first).contains("<Conference"))
            let second = try await outbound.placed(2)
            #expect(second.form["To"] == "+12125550123")
            try await outbound.tell(second, "ringing")
            #expect(try await outbound.status(call.callID) == .ringing)
            let announced = try await outbound.ask(second)
            #expect(announced.contains("This call is recorded.") && announced.contains("step=join"))
            let url = try #require(second.form["Url"]) + "&step=join"
            #expect(try await outbound.ask(second, url: url).contains("<Conference"))
            try await outbound.until { try await outbound.live(call.callID).recording == .running }
            #expect(outbound.fake.recordings.map(\.call) == [second.id])
            let running = try await outbound.live(call.callID)
            #expect(running.status == .inProgress && running.answeredAt != nil)
            try await outbound.tell(second, "completed")
            try await outbound.until { outbound.fake.told.contains { $0.call == first.id } }
            try await outbound.tell(first, "completed")
            let over = try await outbound.live(call.callID)
            #expect(over.status == .completed && over.recording == .stopped)
            #expect(over.participants.map(\.state) == [.left, .left])
            #expect(over.participants.allSatisfy { $0.durationSeconds != nil })
            let events = try await outbound.events(call.callID)
            #expect(events.first == "call.created" && events.last == "call.ended")
            #expect(events.count { $0 == "call.answered" } == 1)
        }
    }

    @Test func `an agent's mobile phone rings first, must press a key, and the browser is next`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp(#", "mobile_number": "+14155550199", "ring": "mobile_first""#)
            let call = try await outbound.dial()
            let mobile = try await outbound.placed(1)
            #expect(mobile.form["To"] == "+14155550199")
            #expect(try await outbound.ask(mobile).contains("<Gather"))
            #expect(try await outbound.live(call.callID).participants[0].joinedAt == nil)
            try await outbound.tell(mobile, "completed")
            let browser = try await outbound.placed(2)
            #expect(browser.form["To"] == "client:\(outbound.agent)")
            try await outbound.tell(browser, "no-answer")
            #expect(try await outbound.status(call.callID) == .cancelled)
            #expect(try await outbound.live(call.callID).participants.last?.state == .cancelled)
        }
    }

    @Test(arguments: CarrierProvider.allCases)
    func `a lost answer, a refusal for now and a broken carrier never ring anybody twice`(
        _ provider: CarrierProvider
    ) async throws {
        try await OutboundServer.with(provider, settleTime: .milliseconds(1)) { outbound in
            try await outbound.setUp()
            outbound.fake.faults = [
                .refused(status: 429, code: 20429, ["Retry-After": "0"]), .refused(status: 500, code: 1), .lostAnswer,
            ]
            let call = try await outbound.dial()
            try await outbound.until {
                try await outbound.live(call.callID).participants[0].state == .ringing
            }
            // The third attempt was the first that placed anything, and what it placed was found again.
            #expect(outbound.fake.placed.count == 1)
            #expect(outbound.fake.faults.isEmpty)
            let known = try await outbound.texts(
                "SELECT external_id FROM call_participants WHERE tenant_id = \(outbound.tenant) AND role = 'agent'")
            #expect(known == outbound.fake.placed.map(\.id))
        }
    }

    @Test func `a process that dies between telling the carrier and noting it finds the call again`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            outbound.fake.faults = [.lostAnswer]
            let call = try await outbound.dial()
            try await outbound.until {
                try await outbound.live(call.callID).participants[0].reason == "carrier_unreachable"
            }
            try await outbound.until {
                try await outbound.live(call.callID).participants[0].state == .ringing
            }
            #expect(outbound.fake.placed.count == 1)
        }
    }

    @Test func `a number that the carrier refuses ends the call and says why`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            outbound.fake.faults = [.refused(status: 400, code: 21211)]
            let call = try await outbound.dial()
            try await outbound.until { try await outbound.status(call.callID) == .cancelled }
            #expect(try await outbound.live(call.callID).participants[0].reason == "number_refused")
        }
    }

    @Test func `a second call of the carrier for one end is hung up`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            _ = try await outbound.dial()
            let first = try await outbound.placed(1)
            var twin = first
            twin.id = "CA" + String(repeating: "f", count: 32)
            #expect(try await outbound.ask(first).contains("<Conference"))
            #expect(try await outbound.ask(twin).contains("<Hangup/>"))
            #expect(try await !outbound.ask(twin).contains("<Conference"))
        }
    }

    @Test func `who may not be called is not called, and whoever has no phone is told`() async throws {
        try await OutboundServer.with { outbound in
            let wish = #"{"to": "+12125550123"}"#
            #expect(try await outbound.send(.post, "/api/v1/calls/dial", wish).status == 409)
            try await outbound.setUp()
            let invalid = try await outbound.send(.post, "/api/v1/calls/dial", #"{"to": "12"}"#)
            #expect(invalid.status == 422)
            // A premium number, whatever it is about.
            let premium = #"{"to": "+19005550123", "purpose": "transactional"}"#
            let refused = try await outbound.send(.post, "/api/v1/calls/dial", premium)
            #expect(refused.status == 409)
            #expect(try refused.code == "contact_refused")
            #expect(outbound.fake.placed.isEmpty)
            _ = try await outbound.dial()
            let busy = try await outbound.send(
                .post, "/api/v1/calls/dial", #"{"to": "+12125550124", "purpose": "transactional"}"#)
            #expect(busy.status == 409)
        }
    }

    @Test func `a no takes back the call that rings, with the reason on the record`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let call = try await outbound.dial()
            let agent = try await outbound.placed(1)
            _ = try await outbound.ask(agent)
            let customer = try await outbound.placed(2)
            let ledger = ConsentLedger(hashing: outbound.server.routes.hashing)
            let subject = try #require(ContactSubject("+12125550123", country: "US"))
            _ = try await outbound.rows.transaction { transaction in
                try await ledger.revoke(
                    .init(method: .api, isForNumber: true), of: subject, in: transaction, outbound.tenant)
            }
            #expect(try await outbound.status(call.callID) == .cancelled)
            #expect(try await outbound.live(call.callID).participants.last?.reason == "consent_revoked")
            try await outbound.until { outbound.fake.told.contains { $0.call == customer.id } }
            #expect(outbound.fake.told.first { $0.call == customer.id }?.form["Status"] == "canceled")
        }
    }

    @Test func `a call is held, muted, shared, handed over, paused in its recording and ended`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let other = UserID.make()
            try await outbound.setUp(of: other)
            let call = try await outbound.dial()
            let agent = try await outbound.placed(1)
            _ = try await outbound.ask(agent)
            let customer = try await outbound.placed(2)
            _ = try await outbound.ask(customer)
            _ = try await outbound.ask(customer, url: try #require(customer.form["Url"]) + "&step=join")
            let path = "/api/v1/calls/\(call.callID)"
            let ends = try await outbound.live(call.callID).participants
            let held = try await outbound.send(
                .patch, "\(path)/participants/\(ends[1].id)", #"{"is_on_hold": true}"#)
            #expect(held.status == 202)
            try await outbound.until { outbound.fake.told.contains { $0.call == customer.id } }
            let redirect = try #require(outbound.fake.told.last?.form["Url"])
            #expect(try await outbound.ask(customer, url: redirect).contains("Please hold"))
            _ = try await outbound.send(
                .patch, "\(path)/participants/\(ends[1].id)", #"{"is_on_hold": false, "is_muted": true}"#)
            #expect(try await outbound.ask(customer, url: redirect).contains(#"muted="true""#))

            try await outbound.until { try await outbound.live(call.callID).recording == .running }
            #expect(try await outbound.send(.post, "\(path)/recording/pause").status == 202)
            #expect(try await outbound.send(.post, "\(path)/recording/pause").status == 409)
            #expect(try await outbound.send(.post, "\(path)/recording/resume").status == 202)
            #expect(try await outbound.live(call.callID).pauses.first?.resumedAt != nil)

            let transfer = try await outbound.send(.post, "\(path)/transfer", #"{"user_id": "\#(other)"}"#)
            #expect(transfer.status == 202)
            let heir = try await outbound.placed(3)
            #expect(heir.form["To"] == "client:\(other)")
            _ = try await outbound.ask(heir)
            try await outbound.until { outbound.fake.told.contains { $0.call == agent.id } }
            try await outbound.tell(agent, "completed")
            let shared = try await outbound.live(call.callID)
            #expect(shared.status == .inProgress && shared.agentID == other)
            // It is somebody else's call now.
            #expect(try await outbound.send(.post, "\(path)/hang-up").status == 404)
            #expect(try await outbound.send(.post, "\(path)/hang-up", as: .person(other, .agent)).status == 202)
            #expect(try await outbound.status(call.callID) == .completed)
        }
    }
}
