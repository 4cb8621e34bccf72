import HTTP
import JSON
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct VolumeTests {
    private func watch(_ world: TenancyWorld) async throws {
        try await VolumeWatch(
            database: world.database, mail: world.mail, links: InvitationLinks(world.routes.baseURL)
        ).run(LogCapture().logger())
    }

    /// Writes down that somebody has fetched so many files, so many days ago.
    private func take(
        _ count: Int, _ action: AuditEntry.Action = .recordingDownloaded, by actor: AuditEntry.Actor,
        rows: Int = 1, days: Int = 0, _ world: TenancyWorld
    ) async throws {
        for _ in 0..<count {
            try await AuditStore(rows: world.rows(world.tenant)).append(
                Origin(actor: actor).entry(action, "call/1", after: try JSONText(encoding: ["rows": rows])),
                in: world.tenant)
        }
        guard days > 0 else { return }
        try await world.force(
            """
            UPDATE audit_log SET occurred_at = now() - interval '\(days) days' - interval '1 hour'
            WHERE subject = 'call/1' AND occurred_at > now() - interval '1 hour'
            """)
    }

    @Test func `owners hear of whoever takes out far more than before, once a day`() async throws {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let thief = try await world.makeUser("thief@acme.example")
            let busy = try await world.makeUser("busy@acme.example", .admin)
            let new = try await world.makeUser("new@acme.example")
            // Somebody who does this every day, and somebody who does it now and then, are nothing unusual.
            try await take(12, by: .user(busy.id, impersonator: nil), days: 3, world)
            try await take(35, by: .user(busy.id, impersonator: nil), world)
            try await take(19, by: .user(new.id, impersonator: nil), world)
            try await watch(world)
            #expect(try await world.letters().isEmpty)
            try await take(2, by: .user(thief.id, impersonator: nil), days: 5, world)
            try await take(20, by: .user(thief.id, impersonator: nil), world)
            try await watch(world)
            try await watch(world)
            let letters = try await world.letters()
            #expect(letters.map(\.to.text) == ["boss@acme.example"])
            #expect(letters.first?.kind == .unusualVolume)
            #expect(letters.first?.values["count"] == "20" && letters.first?.values["usual"] == "2")
            #expect(letters.first?.url?.hasSuffix("audit?actor=\(thief.id)") == true)
            let noted: Page<TenancyAPI.AuditEntry> = try await world.send(
                .get, "/api/v1/audit?action=volume.unusual", as: .user(.owner)
            ).decoded()
            #expect(noted.data.map(\.subject) == ["user/\(thief.id)"])
        }
    }

    @Test func `one export of very many rows is unusual too, by a key as by a person`() async throws {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let key = APIKeyID.make()
            try await take(1, .callsExported, by: .apiKey(key), rows: 18_000, world)
            try await watch(world)
            #expect(try await world.letters().isEmpty)
            try await take(1, .auditExported, by: .apiKey(key), rows: 2_000, world)
            try await watch(world)
            #expect(try await world.letters().map { $0.values["name"] } == ["api_key/\(key)"])
        }
    }

    @Test func `what other services let out is in the audit log`() async throws {
        try await withTenancy { world in
            let person = UserID.make()
            let taking = InternalAPI.Taking(
                kind: .recordingDownloaded, userID: person, apiKeyID: nil, impersonatorID: nil, subject: "call/7",
                rows: 1, requestID: "r", clientAddress: "198.51.100.9")
            func tell(_ service: ServiceName) async throws -> HTTPResponse {
                let event = EventEnvelope(
                    id: .make(), type: .dataTaken, tenantID: world.tenant, subject: "call/7", sequence: 1,
                    occurredAt: .now(), traceparent: nil, data: try JSONText(encoding: taking))
                let request = try world.trust.request(
                    .post, "/internal/events", as: .service(service), in: world.tenant, json: event)
                let response = await world.internal(request)
                return response
            }
            #expect(try await tell(.calls).status == 204)
            // Nobody tells the facts of others.
            #expect(try await tell(.billing).status == 403)
            let page: Page<TenancyAPI.AuditEntry> = try await world.send(
                .get, "/api/v1/audit?action=recording.downloaded", as: .user(.owner)
            ).decoded()
            let entry = try #require(page.data.first)
            #expect(page.data.count == 1 && entry.subject == "call/7" && entry.actor.id == person.uuid)
            #expect(entry.clientAddress == "198.51.100.9")
            #expect(try entry.after?.decode([String: Int].self) == ["rows": 1])
        }
    }
}
