import HTTP
import Models
import Postgres
import Telemetry
import Testing
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct DecisionRetentionTests {
    private static let day = Duration.seconds(86_400)

    private func retain(_ server: CallsServer, days: Int = 0) async throws {
        try await DecisionRetention(
            database: server.database, knowledge: server.trust.knowledge,
            logger: Logger(service: "tests", level: .error)
        ).run(now: .now() + Self.day * days)
    }

    private func count(_ server: CallsServer, _ table: SQL) async throws -> Int {
        try await server.database.tenant(server.tenant).value(
            "SELECT count(*) FROM \(table) WHERE tenant_id = \(server.tenant)", as: Int.self) ?? -1
    }

    private func decisions(_ server: CallsServer) async throws -> [ContactDecisionID] {
        try await server.database.tenant(server.tenant).query(
            "SELECT id FROM contact_decisions WHERE tenant_id = \(server.tenant) ORDER BY id"
        ) { row in try row.next(ContactDecisionID.self) }
    }

    @Test func `decisions go after the days of their tenant, but for those of a held call`() async throws {
        try await CallsServer.with { server in
            let gate = ContactGate(hashing: server.routes.hashing)
            let rows = server.database.tenant(server.tenant)
            let call = try await server.createCall()
            for _ in 0..<3 { _ = try await gate.decide(.sample(), for: server.tenant, server.database) }
            _ = try await gate.decide(.sample(), for: server.trust.otherTenant, server.database)
            let ids = try await decisions(server)
            for (id, age) in zip(ids, [10, 40, 40]) {
                try await rows.execute(
                    """
                    UPDATE contact_decisions SET at = now() - make_interval(days => \(Int32(age)))
                    WHERE tenant_id = \(server.tenant) AND id = \(id)
                    """)
            }
            try await rows.execute(
                """
                UPDATE contact_decisions SET reference = \("call/\(call.id)")
                WHERE tenant_id = \(server.tenant) AND id = \(ids[2])
                """)
            let hold = "/api/v1/calls/\(call.id)/legal-hold"
            #expect(try await server.sendJSON(.put, hold, "{\"reason\": \"Case 7\"}").status == 200)
            // Five years are what everybody begins with.
            try await retain(server)
            #expect(try await count(server, "contact_decisions") == 3)
            server.trust.knowledge.set(Settings.decisionRetentionDays, 30, of: server.tenant)
            try await retain(server)
            let left = try await decisions(server)
            #expect(left == [ids[0], ids[2]])
            #expect(try await count(server, "contact_decision_addresses") == 2)
            #expect(try await server.send(.delete, hold).status == 204)
            try await retain(server)
            #expect(try await count(server, "contact_decisions") == 1)
            server.trust.knowledge.set(Settings.decisionRetentionDays, 0, of: server.tenant)
            try await retain(server, days: 3_000)
            #expect(try await count(server, "contact_decisions") == 1)
            let others = try await server.database.tenant(server.trust.otherTenant).value(
                "SELECT count(*) FROM contact_decisions WHERE tenant_id = \(server.trust.otherTenant)", as: Int.self)
            #expect(others == 0)
        }
    }

    @Test func `a proof goes five years after its consent ended, and the no stays`() async throws {
        try await CallsServer.with { server in
            let number = "+12125550123"
            for type in ["tcpa_call", "tcpa_sms"] {
                let yes = "{\"address\": \"\(number)\", \"type\": \"\(type)\", \"method\": \"paper\"}"
                #expect(try await server.json(.post, "/api/v1/consent/records", yes).status == 201)
            }
            _ = try await server.json(
                .post, "/api/v1/consent/revocations", #"{"address": "\#(number)", "types": ["tcpa_call"]}"#)
            try await retain(server, days: 1_825)
            #expect(try await count(server, "consent_proofs") == 2)
            try await retain(server, days: 1_827)
            let left = try await server.database.tenant(server.tenant).values(
                """
                SELECT c.type FROM consent_proofs AS p JOIN consents AS c ON c.tenant_id = p.tenant_id AND c.id = p.consent_id
                """, as: String.self)
            // One that was given and never taken back is still needed.
            #expect(left == ["tcpa_sms"])
            #expect(try await count(server, "consents") == 2)
            let checked = try await server.json(
                .post, "/api/v1/consent/checks",
                #"{"address": "\#(number)", "channel": "call", "at": "2027-11-23T17:00:00Z"}"#)
            let decision = try checked.decoded(CallsAPI.ContactCheckResult.self)
            #expect(decision.outcome == .refused && decision.reasons.map(\.code).contains(.consentRevoked))
        }
    }

    @Test func `how often the public form was sent is forgotten after hours`() async throws {
        try await CallsServer.with { server in
            let made = try await server.json(.post, "/api/v1/consent/links", #"{"address": "+12125550123"}"#)
            let url = try made.decoded(CallsAPI.ConsentLink.self).url
            let form = "/api/v1" + (url.split(separator: "/api/v1", maxSplits: 1).last ?? "")
            let sent = try await server.send(
                .post, form, as: .anonymous, headers: ["Content-Type": "application/x-www-form-urlencoded"])
            #expect(sent.status == 200)
            try await retain(server)
            #expect(try await count(server, "consent_form_attempts") == 1)
            try await retain(server, days: 1)
            #expect(try await count(server, "consent_form_attempts") == 0)
        }
    }
}
