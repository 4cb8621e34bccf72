import HTTP
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// What is asked before a call is recorded, by the place of whoever is not ours, with the proof on the call.
@Suite(
    .enabled(if: Tool.hasCalls && CarrierSpecification.twilio != nil && CarrierSpecification.signalwire != nil),
    .timeLimit(.minutes(20))) struct RecordingConsentTests
{
    private func proof(_ call: CallID, _ outbound: OutboundServer) async throws -> CallsAPI.RecordingProof? {
        let answer = try await outbound.send(.get, "/api/v1/calls/\(call)/recording/consent", as: .user(.owner))
        return answer.status == 404 ? nil : try answer.decoded()
    }

    @Test(arguments: [true, false])
    func `a callee of a country that wants it presses a key before anything is recorded, or is not recorded`(
        _ agrees: Bool
    ) async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let allowed = try await outbound.send(
                .put, "/api/v1/consent/policy", #"{"allowed_countries": ["US", "DE"]}"#, as: .user(.owner),
                ifMatch: "*")
            #expect(allowed.status == 200)
            let call = try await outbound.dial("+4930901820")
            _ = try await outbound.ask(try await outbound.placed(1))
            let callee = try await outbound.placed(2)
            let question = try await outbound.ask(callee)
            #expect(question.contains("<Gather") && !question.contains("<Conference"))
            #expect(try await proof(call.callID, outbound) == nil)
            let url = try #require(callee.form["Url"]) + (agrees ? "&step=consented" : "&step=refused")
            #expect(try await outbound.ask(callee, agrees ? "&Digits=5" : "", url: url).contains("<Conference"))
            try await outbound.until { try await outbound.live(call.callID).status == .inProgress }
            let found = try #require(try await proof(call.callID, outbound))
            #expect(found.policy == .keyPress && found.method == .keyPress && found.given == agrees)
            #expect(found.key == (agrees ? "5" : nil) && found.regions.contains { $0.hasPrefix("DE") })
            if agrees { try await outbound.until { try await outbound.live(call.callID).recording == .running } }
            try await outbound.tell(callee, "completed")
            try await outbound.until { try await outbound.status(call.callID) == .completed }
            #expect(outbound.fake.recordings.count == (agrees ? 1 : 0))
        }
    }

    @Test func `whoever hears that a call is recorded has that on record`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let call = try await outbound.dial("+14155550123")
            _ = try await outbound.ask(try await outbound.placed(1))
            let callee = try await outbound.placed(2)
            #expect(try await outbound.ask(callee).contains("This call is recorded."))
            #expect(try await proof(call.callID, outbound) == nil)
            _ = try await outbound.ask(callee, url: try #require(callee.form["Url"]) + "&step=join")
            let found = try #require(try await proof(call.callID, outbound))
            #expect(found.method == .announcement && found.given && found.regions.contains("US-CA"))
        }
    }

    @Test func `a caller from where a key must be pressed is asked, whatever the line says`() async throws {
        try await OutboundServer.with { outbound in
            try await outbound.setUp()
            let line = try await outbound.send(
                .post, "/api/v1/lines",
                #"{"value": "\#(outbound.fake.numbers[0])", "routing": {"recording": "always"}}"#,
                as: .user(.owner))
            #expect(line.status == 201)
            let path = "/hooks/calls/twilio/\(outbound.fake.connection)/voice"
            func ask(_ from: String, _ id: String, _ query: String = "", _ more: String = "") async throws -> String {
                try await outbound.ask(
                    path + query,
                    "CallSid=\(id)&From=%2B\(from)&To=%2B14155550100&CallStatus=ringing&Direction=inbound\(more)")
            }
            // One side's knowing is enough in New York.
            let plain = try await ask("12125550123", "CA1")
            #expect(!plain.contains("<Gather") && !plain.contains("recorded") && plain.contains("<Dial"))
            let asked = try await ask("4930901820", "CA2")
            #expect(asked.contains("<Gather") && !asked.contains("<Dial"))
            let found = try await outbound.rows.first(
                "SELECT id FROM calls WHERE tenant_id = \(outbound.tenant) AND external_id = 'CA2'"
            ) { row in try row.next(CallID.self) }
            let call = try #require(found)
            let end = try #require(try await outbound.live(call).participants.first)
            let routed = try await ask("4930901820", "CA2", "?leg=\(end.id)&step=consented&at=0", "&Digits=1")
            #expect(routed.contains("<Dial"))
            #expect(try await proof(call, outbound)?.key == "1")
        }
    }
}
