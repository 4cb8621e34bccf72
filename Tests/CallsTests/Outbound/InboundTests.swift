import Foundation
import HTTP
import HTTPClient
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

@Suite(
    .enabled(if: Tool.hasCalls && CarrierSpecification.twilio != nil && CarrierSpecification.signalwire != nil),
    .timeLimit(.minutes(20))) struct InboundTests
{
    private static let caller = "+14155550177"

    /// Somebody calls one of our numbers; what they hear, and their call.
    private func ring(
        _ outbound: OutboundServer, _ id: String = "CA1", from: String = caller, to: String? = nil
    ) async throws -> (text: String, call: CallID) {
        let text = try await outbound.ask(
            "/hooks/calls/\(outbound.fake.provider.rawValue)/\(outbound.fake.connection)/voice",
            "CallSid=\(id)&From=%2B\(from.dropFirst())&To=%2B\((to ?? outbound.fake.numbers[0]).dropFirst())&CallStatus=ringing"
        )
        let found = try await outbound.rows.first(
            "SELECT id FROM calls WHERE tenant_id = \(outbound.tenant) AND external_id = \(id)"
        ) { row in try row.next(CallID.self) }
        return (text, try #require(found))
    }

    /// An address out of markup.
    private func address(_ text: String, _ name: String) throws -> String {
        let start = try #require(text.range(of: "\(name)=\"https://acme.example.com"))
        return String(text[start.upperBound...].prefix { $0 != "\"" }).replacing("&amp;", with: "&")
    }

    @Test(arguments: CarrierProvider.allCases)
    func `a caller reaches the person whose number it is, with what is known of them`(
        _ provider: CarrierProvider
    ) async throws {
        try await OutboundServer.with(provider) { outbound in
            try await outbound.setUp()
            let (text, call) = try await ring(outbound)
            #expect(text.contains("This call is recorded."))
            #expect(text.contains("\(outbound.agent)</Client>"))
            #expect(try await outbound.events(call) == ["call.created", "call.ringing"])
            // The carrier asks again when our answer was lost, and nothing is doubled.
            let (again, same) = try await ring(outbound)
            #expect(same == call && again == text)
            #expect(try await outbound.live(call).participants.count == 2)

            let pop = try await outbound.send(.get, "/api/v1/calls/\(call)/pop").decoded(CallsAPI.CallPop.self)
            #expect(pop.number == Self.caller && pop.calls == 0 && pop.lastCall == nil)
            let stranger = try await outbound.send(.get, "/api/v1/calls/\(call)/pop", as: .user(.agent))
            #expect(stranger.status == 404)

            try await outbound.tell(try address(text, "statusCallback"), "CA2", "in-progress")
            let running = try await outbound.live(call)
            #expect(running.status == .inProgress && running.agentID == outbound.agent)
            try await outbound.until { try await outbound.live(call).recording == .running }
            try await outbound.tell(try address(text, "statusCallback"), "CA2", "completed")
            let end = try await outbound.ask(
                try address(text, "action"), "CallSid=CA1&DialCallStatus=completed&CallStatus=completed")
            #expect(end.contains("<Hangup/>"))
            #expect(try await outbound.status(call) == .completed)

            let (_, next) = try await ring(outbound, "CA9")
            let known = try await outbound.send(.get, "/api/v1/calls/\(next)/pop").decoded(CallsAPI.CallPop.self)
            #expect(known.calls == 1 && known.lastCall?.id == call)
        }
    }

    @Test func `a call that nobody takes becomes a message and a call-back, which the next conversation closes`()
        async throws
    {
        try await OutboundServer.with { outbound in
            try await outbound.setUp(
                #", "forwarding": [{"when": "no_answer", "to": "+14155550166"}], "voicemail_greeting": "Speak & wait""#)
            let (text, call) = try await ring(outbound)
            let forwarded = try await outbound.ask(
                try address(text, "action"), "CallSid=CA1&DialCallStatus=no-answer&CallStatus=in-progress")
            #expect(forwarded.contains("+14155550166</Number>"))
            #expect(forwarded.contains("callerId=\"\(outbound.fake.numbers[0])\""))
            let voicemail = try await outbound.ask(
                try address(forwarded, "action"), "CallSid=CA1&DialCallStatus=busy&CallStatus=in-progress")
            #expect(voicemail.contains("Speak &amp; wait") && voicemail.contains("<Record"))
            _ = try await outbound.ask(
                try address(voicemail, "action"),
                "CallSid=CA1&RecordingUrl=https%3A%2F%2Fapi%2FRE1&RecordingDuration=7")
            #expect(try await outbound.status(call) == .voicemail)
            func missed() async throws -> [CallsAPI.MissedCall] {
                try await outbound.send(.get, "/api/v1/dialer/missed").decoded(Page<CallsAPI.MissedCall>.self).data
            }
            try await outbound.until { try await !missed().isEmpty }
            let one = try await missed()[0]
            #expect(one.number == Self.caller && one.state == .open && one.agentID == outbound.agent)
            // It is the agent's own, so other agents see nothing of it.
            let path = "/api/v1/dialer/missed/\(one.id)"
            #expect(try await outbound.send(.post, "\(path)/claim", as: .user(.agent)).status == 404)
            #expect(try await outbound.send(.post, "\(path)/claim").status == 200)
            #expect(try await outbound.send(.post, "\(path)/claim", as: .user(.admin)).status == 409)
            #expect(try await outbound.send(.post, "\(path)/release").status == 200)

            let back = try await outbound.dial(Self.caller)
            _ = try await outbound.ask(try await outbound.placed(1))
            let customer = try await outbound.placed(2)
            _ = try await outbound.ask(customer, url: try #require(customer.form["Url"]) + "&step=join")
            #expect(try await outbound.status(back.callID) == .inProgress)
            try await outbound.until { try await missed()[0].state == .closed }
            #expect(try await missed()[0].closedByCall == back.callID)
        }
    }

    @Test func `a person who is away or busy is not rung, and an unknown number rings whoever is there`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp(
                #", "is_available": false, "forwarding": [{"when": "unavailable", "to": "+14155550166"}]"#)
            #expect(try await ring(outbound).text.contains("+14155550166</Number>"))
            let nobody = try await ring(outbound, "CA2", to: "+14155550155").text
            #expect(nobody.contains("<Record"))
            try await outbound.setUp(#", "is_available": true, "forwarding": []"#)
            let anybody = try await ring(outbound, "CA3", to: "+14155550155").text
            #expect(anybody.contains("\(outbound.agent)</Client>"))
        }
    }

    @Test func `a call that came in is moved into a room when somebody steers it`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let (text, call) = try await ring(outbound)
            let agentLeg = try address(text, "statusCallback")
            try await outbound.tell(agentLeg, "CA2", "in-progress")
            let ends = try await outbound.live(call).participants
            let customer = try #require(ends.first { $0.role == .customer })
            let held = try await outbound.send(
                .patch, "/api/v1/calls/\(call)/participants/\(customer.id)", #"{"is_on_hold": true}"#)
            #expect(held.status == 202)
            // The agent's end goes first; the bridge falls and the caller asks how to go on.
            try await outbound.until { outbound.fake.told.contains { $0.call == "CA2" } }
            let asked = try await outbound.ask(
                try address(text, "action"), "CallSid=CA1&DialCallStatus=completed&CallStatus=in-progress")
            #expect(asked.contains("Please hold"))
            #expect(try await outbound.status(call) == .inProgress)
        }
    }

    @Test func `settings take only numbers that the connection owns, and are changed by whoever may`() async throws {
        try await OutboundServer.with { outbound in
            let foreign = try await outbound.send(
                .patch, "/api/v1/dialer/settings",
                #"{"connection_id": "\#(outbound.fake.connection)", "caller_id": "+14155559999", "numbers": ["12"]}"#,
                ifMatch: "*")
            #expect(foreign.status == 422)
            let unowned = try await outbound.send(
                .patch, "/api/v1/dialer/settings",
                #"{"connection_id": "\#(outbound.fake.connection)", "caller_id": "+14155559999"}"#, ifMatch: "*")
            #expect(unowned.status == 422)
            let unknown = try await outbound.send(
                .patch, "/api/v1/dialer/settings", #"{"connection_id": "\#(ConnectionID.make())"}"#, ifMatch: "*")
            #expect(unknown.status == 422)
            let blind = try await outbound.send(.patch, "/api/v1/dialer/settings", #"{"is_available": false}"#)
            #expect(blind.status == 428)
            try await outbound.setUp()
            let own = try await outbound.send(.get, "/api/v1/dialer/settings")
            #expect(own.headers["etag"] == "\"1\"")
            let stale = try await outbound.send(
                .patch, "/api/v1/dialer/settings", #"{"ring_seconds": 10}"#, ifMatch: "\"7\"")
            #expect(stale.status == 412)
            let changed = try await outbound.send(
                .patch, "/api/v1/dialer/settings", #"{"ring_seconds": 10, "tcpa_consent": true}"#, ifMatch: "\"1\"")
            #expect(try changed.decoded(CallsAPI.VoiceSettings.self).tcpaConsentAt != nil)
            let other = "/api/v1/dialer/settings/\(outbound.agent)"
            #expect(try await outbound.send(.get, other).status == 403)
            #expect(try await outbound.send(.get, other, as: .user(.admin)).status == 200)
            let nobody = "/api/v1/dialer/settings/\(UserID.make())"
            #expect(try await outbound.send(.get, nobody, as: .user(.admin)).status == 404)
            let made = try await outbound.send(
                .patch, nobody, #"{"ring_seconds": 10}"#, as: .user(.admin), ifMatch: "*")
            #expect(made.status == 404)
            let kept = try await outbound.rows.value(
                "SELECT count(*) FROM user_voip_settings WHERE tenant_id = \(outbound.tenant)", as: Int.self)
            #expect(kept == 1)
            let token = try await outbound.send(.post, "/api/v1/dialer/token").decoded(CallsAPI.CallingToken.self)
            #expect(token.identity == outbound.agent.jsonText && token.userID == outbound.agent)
            let numbers = try await outbound.send(
                .get, "/api/v1/dialer/connections/\(outbound.fake.connection)/numbers")
            #expect(try numbers.decoded(CallsAPI.CarrierAccount.self).numbers.count == 2)
        }
    }

    @Test func `a carrier that cannot prove itself is told nothing and changes nothing`() async throws {
        try await CallsServer.with(carriers: { _, knowledge in
            CarrierAccess(
                carriers: CarrierAccess.nowhere.carriers, check: { _, _, _ in throw Failure(.invalidSignature) },
                addresses: TenantAddresses(scheme: "https", authority: "example.com", knowledge: knowledge))
        }) { server in
            for path in ["voice", "leg?leg=\(ParticipantID.make())"] {
                let answer = try await server.send(
                    .post, "/hooks/calls/twilio/\(ConnectionID.make())/\(path)", as: .anonymous,
                    headers: [
                        "Content-Type": "application/x-www-form-urlencoded",
                        "X-Switchboard-Hook-Id": HookID.make().jsonText,
                    ], body: .bytes(Array("CallSid=CA1&CallStatus=ringing&From=%2B1415&To=%2B1415".utf8)))
                #expect(answer.status == 403)
            }
            let calls = try await server.database.tenant(server.tenant).value(
                "SELECT count(*) FROM calls WHERE tenant_id = \(server.tenant)", as: Int.self)
            #expect(calls == 0)
        }
    }
}
