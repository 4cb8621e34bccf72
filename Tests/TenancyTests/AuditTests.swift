import Crypto
import DatabaseTestSupport
import HTTP
import JSON
import Models
import Postgres
import Telemetry
import Testing
import WebTestSupport

@testable import Tenancy

struct AuditTests {
    private func sealing(_ world: TenancyWorld) -> AuditSealing {
        AuditSealing(database: world.database, secrets: world.secrets)
    }

    /// Some entries by several people, sealed in several batches.
    private func fill(_ world: TenancyWorld) async throws {
        let boss = try await world.makeUser("boss@acme.example", .owner)
        for _ in 0..<3 {
            _ = try await world.signIn("boss@acme.example")
            _ = try await sealing(world).sealSome(of: world.tenant)
        }
        try await AuditStore(rows: world.rows(world.tenant)).append(
            Origin(actor: .user(boss.id, impersonator: .make()), address: "198.51.100.9").entry(
                .apiKeyRevoked, "api_key/1", after: try JSONText(encoding: ["email": "ada@acme.example"])),
            in: world.tenant)
        _ = try await sealing(world).sealSome(of: world.tenant)
    }

    private func check(_ world: TenancyWorld) async throws -> AuditSealing.Findings {
        try await sealing(world).check(world.tenant, after: 0, limit: 100)
    }

    /// What only somebody with the database in their hands could do.
    private func tamper(_ world: TenancyWorld, _ statement: String) async throws {
        try await PostgresSession.with(url: world.test.superuserURL, applicationName: "tests") { session in
            try session.rows("SET session_replication_role = replica")
            for part in statement.split(separator: ";") { try session.rows(String(part)) }
        }
    }

    @Test func `a log that nobody has touched is whole, by the route and page by page`() async throws {
        try await withTenancy { world in
            try await fill(world)
            let found = try await check(world)
            #expect(found.broken == nil && found.seals == 4 && found.entries == 5 && found.unsealed == 0)
            _ = try await world.signIn("boss@acme.example")
            let told: TenancyAPI.AuditVerification = try await world.send(
                .get, "/api/v1/audit/verification", as: .user(.admin)
            ).decoded()
            #expect(told.isWhole && told.seals == 4 && told.unsealedEntries == 1 && told.nextAfter == nil)
            let first = try await sealing(world).check(world.tenant, after: 0, limit: 3)
            #expect(first.broken == nil && first.seals == 3 && first.next == 3)
            let rest = try await sealing(world).check(world.tenant, after: 3, limit: 3)
            #expect(rest.broken == nil && rest.seals == 1 && rest.next == nil)
            #expect(try await world.send(.get, "/api/v1/audit/verification", as: .user(.agent)).status == 403)
        }
    }

    @Test(arguments: [
        (
            "UPDATE audit_log SET action = 'x' WHERE id = (SELECT audit_id FROM audit_chain WHERE entry = 3)", 2,
            "link_broken"
        ),
        ("DELETE FROM audit_log WHERE id = (SELECT audit_id FROM audit_chain WHERE entry = 3)", 2, "row_missing"),
        (
            "UPDATE audit_details SET address = 'x' WHERE audit_id = (SELECT audit_id FROM audit_chain WHERE entry = 3)",
            2,
            "details_changed"
        ),
        (
            "DELETE FROM audit_details WHERE audit_id = (SELECT audit_id FROM audit_chain WHERE entry = 3)", 2,
            "details_missing"
        ),
        ("DELETE FROM audit_chain WHERE entry = 3", 2, "entries_missing"),
        ("UPDATE audit_seals SET link = sha256('x') WHERE number = 3", 3, "seal_forged"),
        ("DELETE FROM audit_seals WHERE number = 2", 3, "seals_missing"),
        ("UPDATE audit_seals SET number = number + 100 WHERE number = 4", 104, "seals_missing"),
        (
            "UPDATE audit_seals SET proof = (SELECT proof FROM audit_seals WHERE number = 2) WHERE number = 3", 3,
            "seal_forged"
        ),
        (
            "DELETE FROM audit_unsealed; INSERT INTO audit_log (tenant_id, id, actor_kind, action, subject) SELECT tenant_id, gen_random_uuid(), 'operator', 'x', 'y' FROM audit_log LIMIT 1",
            0, "row_unsealed"
        ),
    ])
    func `whatever is changed in a log shows, with the first seal that is broken`(
        statement: String, seal: Int, reason: String
    ) async throws {
        try await withTenancy { world in
            try await world.force("DELETE FROM audit_log WHERE tenant_id <> '\(world.tenant)'")
            try await world.force("DELETE FROM audit_details WHERE tenant_id <> '\(world.tenant)'")
            try await world.force("DELETE FROM audit_unsealed WHERE tenant_id <> '\(world.tenant)'")
            try await fill(world)
            try await tamper(world, statement)
            let found = try #require(try await check(world).broken)
            #expect(found.reason.rawValue == reason)
            #expect(found.seal ?? 0 == Int64(seal))
        }
    }

    @Test func `a log stays whole when a person is erased, and what they did stays without its words`() async throws {
        try await withTenancy { world in
            try await fill(world)
            let people = try await PersonErasureStore.accounts(
                ["boss@acme.example"], in: world.tenant, world.rows(world.tenant))
            let erased = try await world.rows(world.tenant).value(
                "SELECT erase_audit_details('ada@acme', \(people.map(\.id)))", as: Int.self)
            #expect(erased == 4)
            let found = try await check(world)
            #expect(found.broken == nil && found.entries == 5 && found.erased == 4)
            let page: Page<TenancyAPI.AuditEntry> = try await world.send(
                .get, "/api/v1/audit", as: .user(.owner)
            ).decoded()
            #expect(page.data.count == 5)
            #expect(
                page.data.filter { $0.actor.id == people[0].id.uuid }.allSatisfy {
                    $0.clientAddress == nil && $0.after == nil
                })
        }
    }

    @Test func `a chain stays proven with another key, goes on with it, and is not without any`() async throws {
        try await withTenancy { world in
            try await fill(world)
            let newKey = "b:\(Base64.standard.encode(SecureRandom.bytes(32)))"
            let both = SecretBox(keys: try EncryptionKeys(parsing: "\(newKey),\(world.keyText)"))
            let alone = AuditSealing(
                database: world.database, secrets: SecretBox(keys: try EncryptionKeys(parsing: newKey)))
            #expect(try await alone.check(world.tenant, after: 0, limit: 100).broken?.reason == .sealForged)
            let links = try await world.force("SELECT encode(link, 'hex') FROM audit_seals ORDER BY tenant_id, number")
            _ = try await Resealing(
                database: world.database, secrets: both, logger: Logger(service: "tests", level: .error)
            ).run(origin: .operator)
            let found = try await alone.check(world.tenant, after: 0, limit: 100)
            #expect(found.broken == nil && found.seals == 4 && found.entries == 5)
            #expect(
                try await world.force("SELECT encode(link, 'hex') FROM audit_seals ORDER BY tenant_id, number") == links
            )
            _ = try await world.signIn("boss@acme.example")
            _ = try await alone.sealSome(of: world.tenant)
            #expect(try await alone.check(world.tenant, after: 0, limit: 100).broken == nil)
            #expect(try await check(world).broken?.reason == .sealForged)
        }
    }

    @Test func `several processes that seal at once make one chain, and rows of open transactions come later`()
        async throws
    {
        try await withTenancy { world in
            for _ in 0..<5 {
                try await AuditStore(rows: world.rows(world.tenant)).append(
                    Origin(actor: .operator).entry(.userCreated, "user/1"), in: world.tenant)
            }
            _ = try await world.together(6) { _ in try await sealing(world).sealSome(of: world.tenant)?.number }
            let found = try await check(world)
            #expect(found.broken == nil && found.entries == 6 && found.unsealed == 0)
        }
    }

    @Test func `rows go when a tenant keeps them no longer, batch by batch, and the chain goes on`() async throws {
        try await withTenancy { world in
            try await fill(world)
            let knowledge = world.trust.knowledge
            let later = Timestamp.now() + .seconds(86_400 * 100)
            try await sealing(world).prune(knowledge, now: later)
            #expect(try await check(world).entries == 5)
            knowledge.set(Settings.auditRetentionDays, 90, of: world.tenant)
            try await sealing(world).prune(knowledge, now: .now() + .seconds(86_400 * 80))
            #expect(try await check(world).entries == 5)
            try await world.force("UPDATE audit_seals SET newest_at = now() + interval '50 days' WHERE number = 4")
            try await sealing(world).prune(knowledge, now: later)
            let found = try await check(world)
            #expect(found.broken == nil && found.seals == 4 && found.entries == 1)
            _ = try await world.signIn("boss@acme.example")
            _ = try await sealing(world).sealSome(of: world.tenant)
            #expect(try await check(world).broken == nil)
        }
    }

    @Test func `the log is narrowed by who, in whose place, what, to what and when`() async throws {
        try await withTenancy { world in
            try await fill(world)
            func found(_ query: String) async throws -> [String] {
                let page: Page<TenancyAPI.AuditEntry> = try await world.send(
                    .get, "/api/v1/audit?\(query)", as: .user(.owner)
                ).decoded()
                #expect(page.total == page.data.count)
                return page.data.map(\.action)
            }
            #expect(try await found("impersonated=true") == ["api_key.revoked"])
            #expect(try await found("impersonated=false").count == 4)
            #expect(try await found("actor_kind=operator") == ["tenant.created"])
            #expect(try await found("subject=api_key/1") == ["api_key.revoked"])
            #expect(try await found("action=user.signed_in").count == 3)
            let day = Timestamp.now().jsonText.prefix(10)
            #expect(try await found("from_date=\(day)&to_date=\(day)").count == 5)
            #expect(try await found("to_date=2020-01-01") == [])
            #expect(try await found("occurred_after=2999-01-01T00:00:00Z") == [])
            #expect(try await found("occurred_before=2999-01-01T00:00:00Z").count == 5)
            let wrong = try await world.send(.get, "/api/v1/audit?from_date=today&colour=red", as: .user(.owner))
            #expect(wrong.status == 400)
        }
    }

    @Test(arguments: ["csv", "ndjson"]) func `the log is exported whole, and the export is in it`(
        format: String
    ) async throws {
        try await withTenancy { world in
            try await fill(world)
            let response = try await world.send(
                .get, "/api/v1/audit/export?format=\(format)&action=user.signed_in", as: .user(.owner))
            let lines = try await response.lines()
            #expect(lines.count == (format == "csv" ? 4 : 3))
            #expect(lines.last?.contains("user.signed_in") == true)
            let told: Page<TenancyAPI.AuditEntry> = try await world.send(
                .get, "/api/v1/audit?action=audit.exported", as: .user(.owner)
            ).decoded()
            #expect(try told.data.first?.after?.decode([String: Int].self) == ["rows": 3])
            #expect(try await world.send(.get, "/api/v1/audit/export", as: .user(.agent)).status == 403)
            #expect(try await world.send(.get, "/api/v1/audit/export", as: .apiKey([.auditRead])).status == 403)
        }
    }

    @Test func `super admins of the area take out any tenant's log, which the platform's log tells`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            try await fill(world)
            let path = "/api/v1/platform/tenants/\(world.tenant)/audit/export"
            let response = try await world.send(
                .get, "\(path)?format=ndjson&action=user.signed_in", as: .user(.superAdmin), in: .platform)
            #expect(try await response.lines().count == 3)
            #expect(try await world.audited(.auditExported, in: .platform) == 1)
            #expect(try await world.audited(.auditExported) == 0)
            for (caller, status): (TestCaller, Int) in [
                (.superAdmin([.tenants]), 403), (.superAdmin([.audit]), 200),
            ] {
                #expect(try await world.send(.get, path, as: caller, in: .platform).status == status)
            }
            let absent = try await world.send(
                .get, "/api/v1/platform/tenants/\(TenantID.make())/audit/export", as: .user(.superAdmin), in: .platform)
            #expect(absent.status == 404)
        }
    }

    @Test func `super admins of the area read any tenant's log, and others none`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            try await fill(world)
            let page: Page<TenancyAPI.AuditEntry> = try await world.send(
                .get, "/api/v1/platform/tenants/\(world.tenant)/audit?impersonated=true", as: .user(.superAdmin),
                in: .platform
            ).decoded()
            #expect(page.data.map(\.action) == ["api_key.revoked"])
            let absent = try await world.send(
                .get, "/api/v1/platform/tenants/\(TenantID.make())/audit", as: .user(.superAdmin), in: .platform)
            #expect(absent.status == 404)
            let owner = try await world.send(
                .get, "/api/v1/platform/tenants/\(world.other)/audit", as: .user(.owner))
            #expect(owner.status == 404)
        }
    }
}
