import HTTP
import JSON
import Models
import Postgres
import Telemetry
import Testing
import Web
import WebTestSupport

@testable import Calls

struct HandOverTests {
    private func deactivation(
        of person: UserID, heir: UserID?, in tenant: TenantID, sequence: Int64 = 1
    ) throws -> EventEnvelope {
        EventEnvelope(
            id: .make(), type: .userDeactivated, tenantID: tenant, subject: "user/\(person)", sequence: sequence,
            occurredAt: .now(), traceparent: nil,
            data: try JSONText(
                encoding: TenancyAPI.UserEvent(userID: person, role: .agent, status: .deactivated, heirID: heir)))
    }

    private func deliver(
        _ server: CallsServer, _ envelope: EventEnvelope, as caller: TestCaller = .service(.tenancy)
    ) async throws -> Int {
        let application = WebApplication(
            loop: server.loop, logger: Logger(service: "tests", level: .error), metrics: Metrics(),
            routes: server.routes.internalTable,
            trust: try server.trust.trust(),
            listener: .internal)
        return await application.handler(
            try server.trust.request(
                .post, "/internal/events", as: caller, in: envelope.tenantID, json: envelope)
        ).status
    }

    private func makeCall(_ server: CallsServer, of agent: UserID, _ status: String) async throws -> CallID {
        let answer = try await server.post(
            """
            {"direction": "inbound", "from": "201", "to": "202", "started_at": "\(Timestamp.now() - .seconds(60))",
            "status": "\(status)", "agent_id": "\(agent)"}
            """)
        #expect(answer.status == 201, "\(String(decoding: answer.bytes, as: UTF8.self))")
        return try answer.decoded(CallsAPI.Call.self).id
    }

    @Test func `open calls of whoever leaves go to the heir once, and the rest stays`() async throws {
        try await CallsServer.with { server in
            let (ada, bob, cleo) = (UserID.make(), UserID.make(), UserID.make())
            var open: [CallID] = []
            for status in ["registered", "ringing", "in_progress"] {
                open.append(try await makeCall(server, of: ada, status))
            }
            let done = try await makeCall(server, of: ada, "completed")
            let other = try await makeCall(server, of: cleo, "ringing")
            let event = try deactivation(of: ada, heir: bob, in: server.tenant)
            #expect(try await deliver(server, event) == 204)
            for call in open { #expect(try await server.get(call).agentID == bob) }
            #expect(try await server.get(done).agentID == ada)
            #expect(try await server.get(other).agentID == cleo)
            let told = try await server.database.query(
                "SELECT type FROM outbox_events WHERE tenant_id = \(server.tenant) AND type = 'call.updated'"
            ) { row in try row.next(String.self) }
            #expect(told.count == open.count)
            // The same event once more is none.
            let back = try await makeCall(server, of: ada, "ringing")
            #expect(try await deliver(server, event) == 204)
            #expect(try await server.get(back).agentID == ada)
            let later = try deactivation(of: ada, heir: nil, in: server.tenant, sequence: 2)
            #expect(try await deliver(server, later) == 204)
            #expect(try await server.get(back).agentID == nil)
        }
    }

    @Test func `a person of another tenant, and another service, change nothing`() async throws {
        try await CallsServer.with { server in
            let ada = UserID.make()
            let call = try await makeCall(server, of: ada, "ringing")
            let elsewhere = try deactivation(of: ada, heir: .make(), in: server.trust.otherTenant)
            #expect(try await deliver(server, elsewhere) == 204)
            let own = try deactivation(of: ada, heir: .make(), in: server.tenant)
            for caller: TestCaller in [.service(.billing), .service(.gateway), .anonymous] {
                #expect([401, 403].contains(try await deliver(server, own, as: caller)), "\(caller)")
            }
            #expect(try await server.get(call).agentID == ada)
        }
    }
}
