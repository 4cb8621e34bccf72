import HTTP
import HTTPClient
import JSON
import Models
import Postgres
import Telemetry
import Testing
import Web
import WebTestSupport

@testable import Calls

/// A no cancels the queued dial, whichever way it comes.
@Suite(.timeLimit(.minutes(20))) struct ConsentCancelTests {
    private static let number = "+12125550123"

    private struct Entry {
        var state: String
        var reason: String?
        /// Whether it was changed by the transaction that wrote the no down.
        var isOfSameTransaction: Bool
    }

    /// Queues a dial, of a person who has said yes.
    private func queue(_ server: CallsServer) async throws -> EventID {
        let granted = try await server.json(
            .post, "/api/v1/consent/records", #"{"address": "\#(Self.number)", "type": "tcpa_call", "method": "paper"}"#
        )
        #expect(granted.status == 201)
        let id = EventID.make()
        try await server.database.tenant(server.tenant).execute(
            "INSERT INTO dial_queue (tenant_id, id, number) VALUES (\(server.tenant), \(id), \(Self.number))")
        return id
    }

    private func entry(_ server: CallsServer, _ id: EventID) async throws -> Entry {
        let found = try await server.database.tenant(server.tenant).first(
            """
            SELECT state, reason, EXISTS (SELECT FROM consents AS c WHERE c.tenant_id = \(server.tenant)
                AND c.revoked_at IS NOT NULL AND c.xmin = q.xmin)
            FROM dial_queue AS q WHERE q.tenant_id = \(server.tenant) AND q.id = \(id)
            """
        ) { row in
            Entry(
                state: try row.next(String.self), reason: try row.next(String?.self),
                isOfSameTransaction: try row.next(Bool.self))
        }
        return try #require(found)
    }

    private func check(_ server: CallsServer, _ id: EventID) async throws {
        let after = try await entry(server, id)
        #expect(after.state == "cancelled" && after.reason == "consent_revoked" && after.isOfSameTransaction)
        let told = try await server.database.tenant(server.tenant).value(
            "SELECT count(*) FROM outbox_events WHERE tenant_id = \(server.tenant) AND type = 'consent.changed'",
            as: Int.self)
        #expect((told ?? 0) >= 2)
    }

    @Test func `a no by the API`() async throws {
        try await CallsServer.with { server in
            let id = try await queue(server)
            #expect(try await entry(server, id).state == "pending")
            let answer = try await server.json(
                .post, "/api/v1/consent/revocations", #"{"address": "\#(Self.number)"}"#)
            #expect(try answer.decoded(CallsAPI.ConsentRevocation.self).cancelled == 1)
            try await check(server, id)
        }
    }

    @Test func `a no by the public page`() async throws {
        try await CallsServer.with { server in
            let id = try await queue(server)
            let made = try await server.json(.post, "/api/v1/consent/links", #"{"address": "\#(Self.number)"}"#)
            let url = try made.decoded(CallsAPI.ConsentLink.self).url
            let sent = try await server.send(
                .post, "/api/v1" + (url.split(separator: "/api/v1", maxSplits: 1).last ?? ""), as: .anonymous,
                headers: ["Content-Type": "application/x-www-form-urlencoded"])
            #expect(sent.status == 200)
            try await check(server, id)
        }
    }

    @Test func `a no by a text`() async throws {
        try await CallsServer.with { server in
            let id = try await queue(server)
            let envelope = EventEnvelope(
                id: .make(), type: .messageReceived, tenantID: server.tenant, subject: "message/\(id)", sequence: 1,
                occurredAt: .now(), traceparent: nil,
                data: try JSONText(
                    encoding: MessageReceived(
                        channel: .sms, from: Self.number, keyword: .stop, receivedAt: .now())))
            let application = WebApplication(
                loop: server.loop, logger: Logger(service: "tests", level: .error), metrics: Metrics(),
                routes: server.routes.internalTable, trust: try server.trust.trust(), listener: .internal)
            let status = await application.handler(
                try server.trust.request(
                    .post, "/internal/events", as: .service(.messaging), in: server.tenant, json: envelope)
            ).status
            #expect(status == 204)
            try await check(server, id)
        }
    }

    @Test func `a number that is put on the do-not-call list`() async throws {
        try await CallsServer.with { server in
            let id = try await queue(server)
            let added = try await server.json(
                .post, "/api/v1/consent/do-not-call", #"{"number": "\#(Self.number)"}"#)
            #expect(added.status == 201)
            let listed = try await entry(server, id)
            #expect(listed.state == "cancelled" && listed.reason == "do_not_call")
        }
    }
}
