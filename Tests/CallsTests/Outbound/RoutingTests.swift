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
    .timeLimit(.minutes(20))) struct RoutingTests
{
    private static let number = "+14155550155"

    private func ring(
        _ outbound: OutboundServer, _ id: String = "CA1", from: String = "+14155550177"
    ) async throws -> (text: String, call: CallID) {
        let text = try await outbound.ask(
            "/hooks/calls/\(outbound.fake.provider.rawValue)/\(outbound.fake.connection)/voice",
            "CallSid=\(id)&From=%2B\(from.dropFirst())&To=%2B\(Self.number.dropFirst())&CallStatus=ringing")
        let found = try await outbound.rows.first(
            "SELECT id FROM calls WHERE tenant_id = \(outbound.tenant) AND external_id = \(id)"
        ) { row in try row.next(CallID.self) }
        return (text, try #require(found))
    }

    private func next(_ outbound: OutboundServer, _ text: String, _ id: String = "CA1") async throws -> String {
        let start = try #require(text.range(of: "action=\"https://acme.example.com"))
        let action = String(text[start.upperBound...].prefix { $0 != "\"" }).replacing("&amp;", with: "&")
        return try await outbound.ask(action, "CallSid=\(id)&DialCallStatus=no-answer&CallStatus=in-progress")
    }

    private func line(_ outbound: OutboundServer, _ more: String) async throws -> CallsAPI.Line {
        let made = try await outbound.send(
            .post, "/api/v1/lines", #"{"value": "\#(Self.number)"\#(more)}"#, as: .user(.owner))
        #expect(made.status == 201)
        return try made.decoded()
    }

    /// Somebody whom assignment knows, with a phone; `order` says who was given a call longer ago.
    private func agent(
        _ outbound: OutboundServer, _ order: Int, languages: [String] = []
    ) async throws -> UserID {
        let user = UserID.make()
        try await outbound.setUp(of: user)
        try await outbound.rows.execute(
            """
            INSERT INTO agents (tenant_id, user_id, role, status, time_zone, languages, last_assigned_at)
            VALUES (\(outbound.tenant), \(user), 'agent', 'active', 'UTC', \(languages),
                \(Timestamp.now() - .seconds(10_000 - order)))
            """)
        // Everybody has the account's number as caller id; nobody has it as their own.
        try await outbound.rows.execute(
            "UPDATE user_voip_settings SET numbers = '{}' WHERE tenant_id = \(outbound.tenant)")
        return user
    }

    private func reasons(_ outbound: OutboundServer, _ call: CallID) async throws -> [String] {
        try await outbound.live(call).routing.map { "\($0.step) \($0.action.rawValue) \($0.reason)" }
    }

    @Test
    func `a caller of nobody's line is led from agent to agent and then to the machine, each step with its reason`()
        async throws
    {
        try await OutboundServer.with { outbound in
            let first = try await agent(outbound, 1)
            let second = try await agent(outbound, 2)
            let (text, call) = try await ring(outbound)
            #expect(text.contains("\(first)</Client>") && !text.contains("\(second)</Client>"))
            // The carrier has lost the answer: the same agent, not the next.
            #expect(try await ring(outbound).text == text)
            #expect(try await outbound.live(call).agentID == first)
            let other = try await next(outbound, text)
            #expect(other.contains("\(second)</Client>") && !other.contains("\(first)</Client>"))
            #expect(try await next(outbound, text) == other)
            let machine = try await next(outbound, other)
            #expect(machine.contains("<Record"))
            #expect(
                try await reasons(outbound, call) == [
                    "0 ring round_robin", "1 ring round_robin", "2 voicemail no_answer",
                ])
            // Nobody took it, so everybody sees it among those who are to be called back.
            #expect(try await outbound.live(call).agentID == nil)
            let assigned = try await outbound.send(
                .get, "/api/v1/calls/assignments?call_id=\(call)", as: .user(.owner)
            ).decoded(Page<CallsAPI.Assignment>.self).data
            #expect(Set(assigned.compactMap(\.userID)) == [first, second])
        }
    }

    @Test func `a line's agent is rung before all others, then where the line says`() async throws {
        try await OutboundServer.with { outbound in
            let own = try await agent(outbound, 9)
            let other = try await agent(outbound, 1)
            let made = try await line(
                outbound,
                #", "agent_id": "\#(own)", "routing": {"most_agents": 1, "ring_seconds": 11, "forward_to": "(415) 555-0166", "voicemail": false}"#
            )
            #expect(made.routing?.forwardTo == "+14155550166")
            let (text, call) = try await ring(outbound)
            #expect(text.contains("\(own)</Client>") && text.contains("timeout=\"11\""))
            let overflow = try await next(outbound, text)
            #expect(overflow.contains("\(other)</Client>"))
            let forwarded = try await next(outbound, overflow)
            #expect(forwarded.contains("+14155550166</Number>"))
            let end = try await next(outbound, forwarded)
            #expect(end.contains("We will call you back.") && end.contains("<Hangup/>") && !end.contains("<Record"))
            #expect(
                try await reasons(outbound, call) == [
                    "0 ring line_agent", "1 ring round_robin", "2 forward no_answer", "3 call_back no_answer",
                ])
            #expect(try await outbound.live(call).routing.allSatisfy { $0.lineID == made.id })
            try await outbound.until {
                try await !outbound.send(.get, "/api/v1/dialer/missed", as: .user(.owner))
                    .decoded(Page<CallsAPI.MissedCall>.self).data.isEmpty
            }
        }
    }

    @Test func `outside its hours a line forwards or takes a message, and rings nobody`() async throws {
        try await OutboundServer.with { outbound in
            _ = try await agent(outbound, 1)
            // A weekday that is never today's.
            let today = try await outbound.rows.value("SELECT extract(isodow FROM now())::integer", as: Int32.self)
            let closed = (Int(today ?? 1) + 2) % 7 + 1
            let hours = #""hours": [{"weekday": \#(closed), "from": "09:00", "to": "17:00"}], "time_zone": "UTC""#
            let made = try await line(outbound, #", "routing": {\#(hours), "closed_forward_to": "+14155550166"}"#)
            let (text, call) = try await ring(outbound)
            #expect(text.contains("+14155550166</Number>") && !text.contains("<Client"))
            #expect(try await next(outbound, text).contains("<Record"))
            #expect(
                try await reasons(outbound, call) == ["0 forward outside_hours", "1 voicemail outside_hours"])
            let open = (1...7).map { #"{"weekday": \#($0), "from": "00:00", "to": "24:00"}"# }
            let changed = try await outbound.send(
                .patch, "/api/v1/lines/\(made.id)", #"{"routing": {"hours": [\#(open.joined(separator: ","))]}}"#,
                as: .user(.owner), ifMatch: "*")
            #expect(changed.status == 200)
            #expect(try await ring(outbound, "CA2").text.contains("<Client"))
        }
    }

    @Test func `a team's line rings only whoever has a line of the team`() async throws {
        try await OutboundServer.with { outbound in
            _ = try await agent(outbound, 1)
            let member = try await agent(outbound, 2)
            let extra = try await outbound.send(
                .post, "/api/v1/lines", #"{"value": "201", "agent_id": "\#(member)", "team": "sales"}"#,
                as: .user(.owner))
            #expect(extra.status == 201)
            _ = try await line(outbound, #", "team": "sales""#)
            let (text, call) = try await ring(outbound)
            #expect(text.contains("\(member)</Client>"))
            #expect(try await next(outbound, text).contains("<Record"))
            #expect(try await reasons(outbound, call).count == 2)
        }
    }

    @Test func `whoever speaks the caller's language is rung first, and the caller hears it`() async throws {
        try await OutboundServer.with { outbound in
            _ = try await agent(outbound, 1, languages: ["en"])
            let german = try await agent(outbound, 2, languages: ["de-DE"])
            let (question, call) = try await ring(outbound, from: "+493012345678")
            #expect(question.contains("<Say language=\"de-DE\">Dieses Gespräch würde aufgezeichnet."))
            #expect(try await next(outbound, question).contains("\(german)</Client>"))
            #expect(try await reasons(outbound, call).first == "0 ring language")
        }
    }

    @Test func `a line's own words, language and recording hold for its callers`() async throws {
        try await OutboundServer.with { outbound in
            _ = try await line(
                outbound,
                #"""
                , "routing": {"language": "it-IT", "recording": "always", "texts": {"greeting": "Ciao & grazie"}}
                """#)
            // Where the law asks for no word none is said, and nobody is there.
            let (text, _) = try await ring(outbound, from: "+12125550123")
            #expect(!text.contains("registrata"))
            #expect(text.contains("<Say language=\"it-IT\">Ciao &amp; grazie</Say>"))
            let bad = try await outbound.send(
                .post, "/api/v1/lines",
                #"""
                {"value": "7", "routing": {"language": "klingon", "forward_to": "none", "time_zone": "Mars/Base",
                "hours": [{"weekday": 1, "from": "10:00", "to": "09:00"}]}}
                """#, as: .user(.owner))
            #expect(bad.status == 422)
            let pointers = try bad.decoded(Problem.self).errors.map(\.pointer)
            #expect(pointers == ["/routing/hours/0", "/routing/forward_to", "/routing/language"])
            let zone = try await outbound.send(
                .post, "/api/v1/lines", #"{"value": "7", "routing": {"time_zone": "Mars/Base"}}"#, as: .user(.owner))
            #expect(zone.status == 422)
        }
    }

    @Test func `a callee hears their own language, an agent the account's`() async throws {
        try await OutboundServer.with { outbound in
            outbound.server.trust.knowledge.set(Settings.language, "fr", of: outbound.tenant)
            try await outbound.setUp(#", "mobile_number": "+14155550199", "ring": "mobile""#)
            let answer = try await outbound.send(
                .post, "/api/v1/calls/dial",
                #"{"to": "+12125550123", "purpose": "transactional", "language": "es-MX"}"#)
            #expect(answer.status == 201)
            let agent = try await outbound.placed(1)
            #expect(try await outbound.ask(agent).contains("<Say language=\"fr-FR\">Vous avez un appel."))
            _ = try await outbound.ask(agent, url: try #require(agent.form["Url"]) + "&step=accepted")
            let callee = try await outbound.placed(2)
            #expect(
                try await outbound.ask(callee).contains("<Say language=\"es-ES\">Esta llamada se graba.</Say>"))
            let none = try await outbound.send(
                .post, "/api/v1/calls/dial", #"{"to": "+12125550124", "language": "xx-none"}"#)
            #expect(none.status == 422)
        }
    }
}

struct VoiceTextTests {
    @Test func `every language of the house has every text, in its own words`() {
        #expect(VoiceTexts.tags == ["de", "en", "es", "fr", "it"])
        for text in VoiceText.allCases {
            let all = VoiceTexts.tags.map { VoiceTexts.spoken(text, in: $0) }
            #expect(all.allSatisfy { !$0.words.isEmpty && $0.words.hasSuffix(".") })
            #expect(Set(all.map(\.words)).count == VoiceTexts.tags.count)
            #expect(Set(all.map(\.language)) == ["de-DE", "en-US", "es-ES", "fr-FR", "it-IT"])
        }
    }

    @Test func `what the house has no words in is said in the account's language, and else in English`() {
        #expect(VoiceWords(callee: "th", line: nil, tenant: "de-AT")[.thanks].language == "de-DE")
        #expect(VoiceWords(callee: "th", line: nil, tenant: "th")[.thanks].language == "en-US")
        #expect(VoiceWords(callee: "it", line: nil, tenant: "de")[.thanks].language == "it-IT")
        #expect(VoiceWords(callee: nil, line: nil, tenant: "nl").written("Hallo").language == "nl-NL")
    }
}
