import HTTP
import JSON
import Models
import Postgres
import TestSupport
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct BulkTests {
    private func run(_ world: TenancyWorld, _ bulk: BulkID, by user: UserID) async throws {
        try await BulkChanging(database: world.database).run(BulkJob(bulkID: bulk, userID: user))
    }

    private func tenant(_ world: TenancyWorld, _ id: TenantID) async throws -> Tenant {
        try #require(try await TenantStore(rows: world.rows(id)).find(id))
    }

    private func body(_ tenants: [TenantID], _ change: JSONValue) -> JSONValue {
        ["tenants": .array(tenants.map { .string($0.description) }), "change": change]
    }

    private func post(
        _ world: TenancyWorld, _ path: String, _ token: String, _ body: JSONValue
    ) async throws -> HTTPResponse {
        try await world.send(
            .post, "/api/v1/platform/tenants/bulk\(path)", as: .anonymous, in: .platform,
            headers: ["Authorization": "Bearer \(token)"], json: body)
    }

    private func get(_ world: TenancyWorld, _ id: BulkID) async throws -> TenancyAPI.BulkDetail {
        try await world.send(
            .get, "/api/v1/platform/tenants/bulk/\(id)", as: .user(.superAdmin), in: .platform
        ).decoded()
    }

    @Test func `many tenants are changed as the preview says, and taken back but for what was changed since`()
        async throws
    {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            let third = TenantID.make()
            try await world.makeTenant(third, "initech", plan: .enterprise)
            let token = (try await world.signIn(root.text, in: .platform).decoded() as TenancyAPI.SignedIn).accessToken
            let wanted = body(
                [world.tenant, world.other, third, .make()],
                ["plan": "enterprise", "disabled_features": [], "is_suspended": false])
            let preview: TenancyAPI.BulkPreview = try await post(world, "/preview", token, wanted).decoded()
            #expect(preview.items.map(\.state) == [.waiting, .waiting, .unchanged, .failed])
            #expect(preview.items[0].before?.plan == .growth && preview.items[0].after?.plan == .enterprise)
            #expect(try await tenant(world, world.tenant).plan == .growth)

            let position = try await world.newestChange()
            let made: TenancyAPI.Bulk = try await post(world, "", token, wanted).decoded()
            #expect(made.state == .running && made.counts == ["waiting": 4])
            try await run(world, made.id, by: made.requestedBy)
            try await run(world, made.id, by: made.requestedBy)
            let done = try await get(world, made.id)
            #expect(done.bulk.state == .done && done.bulk.finishedAt != nil)
            #expect(done.bulk.counts == ["done": 2, "unchanged": 1, "failed": 1])
            #expect(try await tenant(world, world.other).plan == .enterprise)
            let kinds = try await world.changes(after: position).map(\.kind)
            #expect(kinds.count { $0 == .entitlements } == 2)
            #expect(try await world.audited(.tenantUpdated) == 1)

            // Somebody gives one of them another plan meanwhile.
            _ = try await BulkLifeStore(database: world.database).make(
                TenancyAPI.BulkChange(plan: .starter), of: world.other,
                version: try await tenant(world, world.other).version, origin: .operator)
            #expect(try await post(world, "/\(made.id)/undo", token, [:]).status == 200)
            #expect(try await post(world, "/\(made.id)/undo", token, [:]).status == 409)
            try await run(world, made.id, by: made.requestedBy)
            let undone = try await get(world, made.id)
            #expect(undone.bulk.state == .undone)
            #expect(undone.bulk.counts == ["undone": 1, "kept": 1, "unchanged": 1, "failed": 1])
            #expect(try await tenant(world, world.tenant).plan == .growth)
            #expect(try await tenant(world, world.other).plan == .starter)
            #expect(try await world.audited(.bulkBegun, in: .platform) == 1)
            #expect(try await world.audited(.bulkUndone, in: .platform) == 1)
        }
    }

    @Test func `tenants are suspended together and come back together`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            let token = (try await world.signIn(root.text, in: .platform).decoded() as TenancyAPI.SignedIn).accessToken
            let wanted = body([world.tenant, world.other], ["is_suspended": true])
            let made: TenancyAPI.Bulk = try await post(world, "", token, wanted).decoded()
            try await run(world, made.id, by: made.requestedBy)
            #expect(try await tenant(world, world.tenant).status == .suspended)
            #expect(try await tenant(world, world.other).status == .suspended)
            #expect(try await post(world, "/\(made.id)/undo", token, [:]).status == 200)
            try await run(world, made.id, by: made.requestedBy)
            #expect(try await tenant(world, world.tenant).status == .active)
            #expect(try await tenant(world, world.other).status == .active)
        }
    }

    @Test func `only super admins of the area who have just shown who they are change many tenants`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            let wanted = body([world.tenant], ["plan": "starter"])
            let stale = try await world.send(
                .post, "/api/v1/platform/tenants/bulk", as: .user(.superAdmin), in: .platform, json: wanted)
            #expect(try stale.problem().code == "reauthentication_required")
            #expect(
                try await world.send(.post, "/api/v1/platform/tenants/bulk", as: .user(.owner), json: wanted).status
                    == 404)
            let token = (try await world.signIn(root.text, in: .platform).decoded() as TenancyAPI.SignedIn).accessToken
            for wrong: JSONValue in [
                body([], ["plan": "starter"]), body([world.tenant, world.tenant], ["plan": "starter"]),
                body([world.tenant], [:]), body([world.tenant], ["plan": "none"]),
            ] {
                #expect(try await post(world, "", token, wrong).status == 422)
            }
            let absent = try await world.send(
                .get, "/api/v1/platform/tenants/bulk/\(BulkID.make())", as: .user(.superAdmin), in: .platform)
            #expect(absent.status == 404)
        }
    }
}
