import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct DeedLogTests {
    private func tell(
        _ data: JSONText, by service: ServiceName = .calls, _ world: TenancyWorld
    ) async throws -> Int {
        let event = EventEnvelope(
            id: .make(), type: .deedDone, tenantID: world.tenant, subject: "deed/rubric/7", sequence: 1,
            occurredAt: .now(), traceparent: nil, data: data)
        let request = try world.trust.request(
            .post, "/internal/events", as: .service(service), in: world.tenant, json: event)
        return await world.internal(request).status
    }

    private func deed(_ action: String, user: UserID? = nil, key: APIKeyID? = nil) throws -> JSONText {
        try JSONText(
            encoding: InternalAPI.Deed(
                action: action, subject: "rubric/7", userID: user, apiKeyID: key, impersonatorID: nil, requestID: "r",
                clientAddress: "198.51.100.9", before: try JSONText(encoding: ["name": "Sales"]),
                after: try JSONText(encoding: ["name": "Inside"])))
    }

    @Test func `what was changed in other services is in the audit log, with both values and whoever did it`()
        async throws
    {
        try await withTenancy { world in
            let (person, key) = (UserID.make(), APIKeyID.make())
            #expect(try await tell(deed("rubric.updated", user: person), world) == 204)
            #expect(try await tell(deed("rubric.updated", key: key), world) == 204)
            #expect(try await tell(deed("rubric.updated"), world) == 204)
            // Nobody tells the deeds of others, and nothing becomes of what is no word.
            #expect(try await tell(deed("rubric.updated"), by: .billing, world) == 403)
            for bad in ["", "rubric", "rubric.", ".updated", "rubric.up dated", "a.b.c", "Rubric.updated"] {
                #expect(try await tell(deed(bad), world) == 400, "\(bad)")
            }
            // Whom it named was erased before it came: there is nothing left to say.
            #expect(try await tell(.emptyObject, world) == 204)
            let page: Page<TenancyAPI.AuditEntry> = try await world.send(
                .get, "/api/v1/audit?action=rubric.updated&sort=occurred_at", as: .user(.owner)
            ).decoded()
            #expect(page.data.map(\.actor.id) == [person.uuid, key.uuid, nil])
            let first = try #require(page.data.first)
            #expect(first.subject == "rubric/7" && first.requestID == "r" && first.clientAddress == "198.51.100.9")
            #expect(try first.before?.decode([String: String].self) == ["name": "Sales"])
            #expect(try first.after?.decode([String: String].self) == ["name": "Inside"])
        }
    }

    @Test func `numbers that are taken out count for what is unusual`() async throws {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let key = APIKeyID.make()
            let taking = InternalAPI.Taking(
                kind: .contactsExported, userID: nil, apiKeyID: key, impersonatorID: nil, subject: "do_not_call",
                rows: 40_000, requestID: "r", clientAddress: "198.51.100.9")
            try await world.database.tenant(world.tenant).transaction { rows in
                try await TakingStore(rows: rows).keep(taking, in: world.tenant)
            }
            let found = try await VolumeStore(database: world.database).unusual(limit: 10)
            #expect(found.map(\.actor) == [key.uuid] && found.first?.recent == 41)
        }
    }
}
