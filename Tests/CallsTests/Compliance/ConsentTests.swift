import Crypto
import HTTP
import HTTPClient
import JSON
import Models
import Postgres
import Synchronization
import Telemetry
import Testing
import Web
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct ConsentTests {
    private static let number = "+12125550123"

    /// What would be decided about a machine's call at noon of a Tuesday in New York.
    private func check(_ server: CallsServer, _ address: String = number, channel: String = "call") async throws
        -> CallsAPI.ContactCheckResult
    {
        let answer = try await server.json(
            .post, "/api/v1/consent/checks",
            #"{"address": "\#(address)", "channel": "\#(channel)", "at": "2027-11-23T17:00:00Z"}"#)
        #expect(answer.status == 200, "\(String(decoding: answer.bytes, as: UTF8.self))")
        return try answer.decoded()
    }

    private func grant(_ server: CallsServer, _ type: String = "tcpa_call", _ address: String = number) async throws
        -> CallsAPI.Consent
    {
        let answer = try await server.json(
            .post, "/api/v1/consent/records",
            """
            {"address": "\(address)", "type": "\(type)", "method": "web_form", "ip_address": "203.0.113.9",
            "text_shown": "Yes, call me.", "page_url": "https://example.com/form"}
            """)
        #expect(answer.status == 201, "\(String(decoding: answer.bytes, as: UTF8.self))")
        return try answer.decoded()
    }

    private func deliver(_ server: CallsServer, _ message: MessageReceived) async throws -> Int {
        let envelope = EventEnvelope(
            id: .make(), type: .messageReceived, tenantID: server.tenant, subject: "message/\(EventID.make())",
            sequence: 1, occurredAt: .now(), traceparent: nil, data: try JSONText(encoding: message))
        let application = WebApplication(
            loop: server.loop, logger: Logger(service: "tests", level: .error), metrics: Metrics(),
            routes: server.routes.internalTable, trust: try server.trust.trust(), listener: .internal)
        return await application.handler(
            try server.trust.request(
                .post, "/internal/events", as: .service(.messaging), in: server.tenant, json: envelope)
        ).status
    }

    private func events(_ server: CallsServer) async throws -> [CallsAPI.ConsentChanged] {
        try await server.database.tenant(server.tenant).values(
            """
            SELECT p.data FROM outbox_events AS e JOIN outbox_payloads AS p ON p.tenant_id = e.tenant_id AND p.event_id = e.id
            WHERE e.tenant_id = \(server.tenant) AND e.type = 'consent.changed' ORDER BY e.id
            """, as: JSONText.self
        ).map { try $0.decode(CallsAPI.ConsentChanged.self) }
    }

    @Test func `a consent opens the way with its proof, and a no by the API closes it`() async throws {
        try await CallsServer.with { server in
            let before = try await check(server)
            #expect(before.outcome == .refused && before.reasons.map(\.code) == [.consentMissing])
            let made = try await grant(server)
            #expect(made.state == .granted && made.proof.textShown == "Yes, call me.")
            let granted = try await check(server)
            #expect(granted.outcome == .allowed)
            let answer = try await server.json(
                .post, "/api/v1/consent/revocations",
                #"{"address": "(212) 555-0123", "types": ["tcpa_call"], "method": "phone_call"}"#)
            let done: CallsAPI.ConsentRevocation = try answer.decoded()
            #expect(done.consents.map(\.id) == [made.id] && done.consents.first?.revokedBy == .phoneCall)
            let after = try await check(server)
            #expect(after.outcome == .refused && after.reasons.first?.code == .consentRevoked)
            #expect(try await events(server).map(\.state) == [.granted, .revoked])
            // What is written down later with an earlier date opens nothing.
            let old = try await server.json(
                .post, "/api/v1/consent/records",
                """
                {"address": "\(Self.number)", "type": "tcpa_call", "method": "paper",
                "granted_at": "\(Timestamp.now() - .seconds(3600))"}
                """)
            #expect(try old.decoded(CallsAPI.Consent.self).state == .revoked)
            #expect(try await check(server).outcome == .refused)
        }
    }

    @Test func `the public page takes a no from whoever has the link, and from nobody else`() async throws {
        try await CallsServer.with { server in
            _ = try await grant(server)
            let made = try await server.json(.post, "/api/v1/consent/links", #"{"address": "\#(Self.number)"}"#)
            let link: CallsAPI.ConsentLink = try made.decoded()
            let path = "/api/v1" + (link.url.split(separator: "/api/v1", maxSplits: 1).last ?? "")
            #expect(!link.url.contains("5550123"))
            let page = try await server.send(.get, path, as: .anonymous)
            #expect(page.status == 200 && String(decoding: page.bytes, as: UTF8.self).contains("…0123"))
            #expect(try await check(server).outcome == .allowed)
            let sent = try await server.send(
                .post, path, as: .anonymous, headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: .bytes(Array("List-Unsubscribe=One-Click".utf8)))
            #expect(sent.status == 200)
            let after = try await check(server)
            #expect(after.reasons.map(\.code).prefix(2) == [.doNotCall, .consentRevoked])
            let elsewhere = try await server.send(.get, path, as: .anonymous, in: server.trust.otherTenant)
            #expect(elsewhere.status == 404)
            #expect(try await server.send(.get, path + "A", as: .anonymous).status == 404)
            let list = try await server.send(.get, "/api/v1/consent/records?state=revoked&method=web_form")
            #expect(try list.decoded(Page<CallsAPI.Consent>.self).data.contains { $0.revokedBy == .webForm })
        }
    }

    @Test func `the page is used so often an hour and no more`() async throws {
        try await CallsServer.with { server in
            var statuses: [Int] = []
            for _ in 0..<31 {
                statuses.append(
                    try await server.send(
                        .post, "/api/v1/consent/forms/nothing", as: .anonymous,
                        headers: ["Content-Type": "application/x-www-form-urlencoded"]
                    ).status)
            }
            #expect(Set(statuses.prefix(30)) == [404] && statuses.last == 429)
        }
    }

    @Test func `a text that says STOP takes everything back, and START gives texts again`() async throws {
        try await CallsServer.with { server in
            _ = try await grant(server)
            _ = try await grant(server, "tcpa_sms")
            let stop = MessageReceived(channel: .sms, from: Self.number, keyword: .stop, receivedAt: .now())
            #expect(try await deliver(server, stop) == 204)
            #expect(try await check(server).reasons.first?.code == .consentRevoked)
            #expect(try await check(server, channel: "sms").reasons.first?.code == .consentRevoked)
            let talk = MessageReceived(channel: .sms, from: Self.number, keyword: nil, receivedAt: .now())
            #expect(try await deliver(server, talk) == 204)
            let start = MessageReceived(channel: .sms, from: Self.number, keyword: .start, receivedAt: .now())
            #expect(try await deliver(server, start) == 204)
            let types = try await server.send(.get, "/api/v1/consent/records?state=granted")
            #expect(try types.decoded(Page<CallsAPI.Consent>.self).data.map(\.type) == ["tcpa_sms"])
        }
    }

    @Test func `a no cancels what waits in its own transaction, with the reason`() async throws {
        try await withCalls { database, _, _ in
            let tenant = TenantID.make()
            let told = Mutex<[Revocation]>([])
            var ledger = ConsentLedger(hashing: SubjectHashing(secrets: try TestSecrets.box()))
            ledger.steps = [
                { revocation, transaction in
                    told.withLock { $0.append(revocation) }
                    // The consent is taken back already where the step looks.
                    return try await transaction.value(
                        "SELECT count(*) FROM consents WHERE tenant_id = \(tenant) AND revoked_at IS NOT NULL") ?? 0
                }
            ]
            let subject = try #require(ContactSubject(number: Self.number, country: "US"))
            let done = try await database.tenant(tenant).transaction { [ledger] in
                try await ledger.revoke(.init(method: .api, types: ["tcpa_call"]), of: subject, in: $0, tenant)
            }
            #expect(done.cancelled == 1)
            let revocation = try #require(told.withLock { $0.first })
            #expect(revocation.subject.address == Self.number && revocation.channels == [.call])
            #expect(revocation.reason.code == .consentRevoked)
        }
    }

    @Test func `a tenant's own type is asked for and refused like the others`() async throws {
        try await CallsServer.with { server in
            let made = try await server.json(
                .post, "/api/v1/consent/types",
                #"{"key": "newsletter", "name": "Newsletter", "channels": ["call"], "purposes": ["marketing"]}"#)
            #expect(made.status == 201)
            let policy = try await server.json(
                .put, "/api/v1/consent/policy",
                """
                {"requirements": [{"channels": ["call"], "purposes": ["marketing"], "any_of": ["newsletter"]}],
                "attempts_per_day": 1}
                """, match: "\"0\"")
            #expect(policy.status == 200, "\(String(decoding: policy.bytes, as: UTF8.self))")
            #expect(try await check(server).reasons.map(\.code) == [.consentMissing])
            _ = try await grant(server, "newsletter")
            #expect(try await check(server).outcome == .allowed)
            let stale = try await server.json(.put, "/api/v1/consent/policy", #"{"stopped": true}"#, match: "\"0\"")
            #expect(stale.status == 412)
            let stopped = try await server.json(.put, "/api/v1/consent/policy", #"{"stopped": true}"#, match: "\"1\"")
            #expect(stopped.status == 200)
            #expect(try await check(server).reasons.first?.code == .contactStopped)
            let bad = try await server.json(
                .put, "/api/v1/consent/policy",
                #"{"hours_from": "09:99", "quiet_weekdays": [8], "allowed_countries": ["usa"]}"#, match: "*")
            let problem = try bad.decoded(Problem.self)
            #expect(problem.errors.map(\.pointer) == ["/hours_from", "/quiet_weekdays/0", "/allowed_countries/0"])
        }
    }
}
