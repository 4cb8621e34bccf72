import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct PlatformStatsTests {
    private func stats(_ world: TenancyWorld) async throws -> TenancyAPI.PlatformStats {
        try await world.send(.get, "/api/v1/platform/stats", as: .superAdmin([.tenants]), in: .platform).decoded()
    }

    @Test func `the whole platform is counted, without itself and without people of deleted tenants`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            _ = try await world.signIn(root.text, in: .platform)
            let before = try await stats(world)
            #expect(before.tenants.active == 2 && before.tenants.recent == 2 && before.people.active == 0)
            #expect(before.people.pendingInvitations == 2 && before.people.openSessions == 0 && before.figures == nil)

            let (gone, idle) = (TenantID.make(), TenantID.make())
            try await world.makeTenant(gone, "initech", plan: .starter)
            try await world.makeTenant(idle, "hooli", plan: .starter)
            try world.trust.knowledge.set(gone, subdomain: "initech")
            for tenant in [world.tenant, world.other, gone] {
                try await world.makeUser("ada@acme.example", in: tenant)
                #expect(try await world.signIn("ada@acme.example", in: tenant).status == 200)
            }
            let left = try await world.makeUser("bob@acme.example")
            _ = try await UserChangeStore(rows: world.rows(world.tenant)).setStatus(
                .deactivated, of: left.id, in: world.tenant)
            try await world.makeUser("late@acme.example")
            try await world.force(
                "UPDATE users SET last_sign_in_at = now() - interval '3 days' WHERE email = 'late@acme.example'")
            _ = try await TenantLifeStore(database: world.rows(world.other)).suspend(world.other, origin: .operator)
            _ = try await TenantEditLifeStore(database: world.rows(gone)).delete(gone, origin: .operator)
            try await world.force(
                "UPDATE tenants SET created_at = now() - interval '40 days' WHERE tenant_id = '\(idle)'")
            try await TenantFigureStore(rows: world.rows(.platform)).put(
                [
                    .init(tenantID: world.tenant, failingConnections: 1, backlog: 2, errors: 3, costMicros: 40),
                    .init(tenantID: world.other, failingConnections: 0, backlog: 5, errors: 0, costMicros: 2),
                ], at: .now())
            _ = try await world.send(
                .post, "/api/v1/setup-requests", as: .anonymous, in: .platform,
                json: [
                    "company": "Vandelay", "subdomain": "vandelay", "name": "Art", "email": "art@vandelay.example",
                    "plan": "growth",
                ])

            var after = try await stats(world)
            #expect(after.tenants.active == 2 && after.tenants.suspended == 1 && after.tenants.deleted == 1)
            #expect(after.tenants.recent == 3)
            #expect(
                after.tenants.plans == [
                    .init(plan: .starter, tenants: 1), .init(plan: .growth, tenants: 2),
                    .init(plan: .enterprise, tenants: 0),
                ])
            #expect(after.people.active == 3 && after.people.signedInToday == 2 && after.people.signedInRecently == 3)
            #expect(after.people.openSessions == 2 && after.people.pendingInvitations == 3)
            #expect(after.figures?.backlog == 7 && after.figures?.costMicros == 42)
            // A request that nobody has confirmed does not wait for anybody.
            #expect(after.openSetupRequests == 0)
            try await world.force("UPDATE setup_requests SET status = 'open'")
            after = try await stats(world)
            #expect(after.openSetupRequests == 1)
        }
    }
}
