import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct RenameTests {
    private func rename(_ world: TenancyWorld, _ name: String, _ id: TenantID? = nil) async throws -> HTTPResponse {
        try await world.send(
            .patch, "/api/v1/platform/tenants/\(id ?? world.tenant)", as: .user(.superAdmin), in: .platform,
            headers: ["If-Match": "*"], json: ["subdomain": .string(name)])
    }

    private func create(_ world: TenancyWorld, _ name: String) async throws -> HTTPResponse {
        try await world.send(
            .post, "/api/v1/platform/tenants", as: .user(.superAdmin), in: .platform,
            headers: ["Idempotency-Key": "\(EventID.make())"],
            json: [
                "name": "New", "subdomain": .string(name), "plan": "starter",
                "owner": ["email": "a@new.example", "name": "A"],
            ])
    }

    @Test func `the former name leads to the tenant for a while and is nobody else's for a year`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let before = try await world.newestChange()
            let tenant: TenancyAPI.Tenant = try await rename(world, "acme-sales").decoded()
            #expect(tenant.subdomain == "acme-sales")
            let changes = try await world.changes(after: before)
            #expect(changes.map(\.kind) == [.formerSubdomain, .formerSubdomain, .tenant])
            #expect(changes.map(\.key) == ["acme-sales", "acme", world.tenant.jsonText])
            let value = try #require(try changes[1].value?.decode(ChangeFeedAPI.ExpiryValue.self))
            #expect(value.tenantID == world.tenant && value.expiresAt > .now() + .seconds(89 * 86_400))
            let snapshot = try await ChangeStore(rows: world.database).snapshot()
            let entry = try #require(snapshot.first { $0.kind == .formerSubdomain })
            let stored = try #require(try entry.value?.decode(ChangeFeedAPI.ExpiryValue.self))
            #expect(entry.key == "acme" && stored.tenantID == world.tenant)
            #expect(stored.expiresAt.seconds == value.expiresAt.seconds)
            #expect(try await world.audited(.tenantRenamed) == 1)
            #expect(try await world.audited(.tenantRenamed, in: .platform) == 1)

            #expect(try await create(world, "acme").problem().code == "subdomain_taken")
            #expect(try await rename(world, "acme", world.other).problem().code == "subdomain_taken")
            #expect(try await rename(world, "globex").problem().code == "subdomain_taken")
            try await world.force("UPDATE former_subdomains SET reserved_until = now() - interval '1 s'")
            #expect(try await create(world, "acme").status == 201)
        }
    }

    @Test func `a tenant gets its former name back`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            #expect(try await rename(world, "other-name").status == 200)
            let before = try await world.newestChange()
            #expect(try await rename(world, "acme").status == 200)
            let changes = try await world.changes(after: before)
            #expect(changes.prefix(2).map(\.key) == ["acme", "other-name"])
            #expect(changes[0].value == nil && changes[1].value != nil)
            #expect(try await world.force("SELECT subdomain FROM former_subdomains") == [["other-name"]])
            // The same name is no rename.
            #expect(try await rename(world, "acme").status == 200)
            #expect(try await world.audited(.tenantRenamed) == 2)
            #expect(try await rename(world, "admin").status == 422)
            #expect(try await rename(world, "x").status == 422)
        }
    }

    @Test func `what a rename breaks is told before`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            try await world.makeUser("a@acme.example")
            _ = try await world.signIn("a@acme.example")
            _ = try await OriginStore(database: world.rows(world.tenant)).set(
                ["https://a.example", "https://b.example"], of: world.tenant, origin: .operator)
            let path = "/api/v1/platform/tenants/\(world.tenant)/rename-effects"
            let effects: TenancyAPI.RenameEffects = try await world.send(
                .get, path, as: .user(.superAdmin), in: .platform
            ).decoded()
            #expect(effects.subdomain == "acme" && effects.openSessions == 1 && effects.webOrigins == 2)
            #expect(effects.apiKeys == 0 && effects.domains == 0)
            #expect(effects.formerReservedUntil > effects.formerLeadsUntil)
        }
    }
}
