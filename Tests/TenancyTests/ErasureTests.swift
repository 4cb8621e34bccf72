import Crypto
import HTTP
import JSON
import Jobs
import Models
import Postgres
import Telemetry
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct ErasureTests {
    private static let services = ServiceName.allCases.filter { $0 != .tenancy }

    /// A person's token of a session that has just begun.
    private func token(_ world: TenancyWorld, _ email: String, in tenant: TenantID? = nil) async throws -> String {
        let signedIn: TenancyAPI.SignedIn = try await world.signIn(email, in: tenant).decoded()
        return signedIn.accessToken
    }

    private func ask(
        _ world: TenancyWorld, _ wanted: JSONValue, token: String, in tenant: TenantID? = nil,
        at path: String = "/api/v1/erasures"
    ) async throws -> HTTPResponse {
        try await world.send(
            .post, path, as: .anonymous, in: tenant, headers: ["Authorization": "Bearer \(token)"], json: wanted)
    }

    /// What a service answers, as the gateway does it and, by an event, the others.
    private func answer(
        _ world: TenancyWorld, _ service: ServiceName, _ id: ErasureID, in owner: TenantID, held: Int = 0
    ) async throws {
        let receipt = InternalAPI.ErasureReceipt(erasureID: id, erased: ["rows": 2], held: held)
        let response: HTTPResponse
        if service == .gateway {
            response = await world.internal(
                try world.trust.request(
                    .post, "/internal/erasures/\(id)/receipt", as: .service(service), in: owner, json: receipt))
        } else {
            let event = EventEnvelope(
                id: .make(), type: .erasureDone, tenantID: owner, subject: "erasure/\(id)", sequence: 1,
                occurredAt: .now(), traceparent: nil, data: try JSONText(encoding: receipt))
            response = await world.internal(
                try world.trust.request(.post, "/internal/events", as: .service(service), in: owner, json: event))
        }
        #expect(response.status == 204)
    }

    /// Runs tenancy's own part until so many erasures have been through it.
    private func erase(_ world: TenancyWorld, runs count: Int = 1) async throws {
        let (runs, writer) = AsyncStream<Void>.makeStream()
        let pursuit = world.pursuit
        let runner = JobRunner(
            loop: world.loop, database: world.database, logger: LogCapture().logger(), metrics: Metrics())
        runner.register(EraseOwnJob.self) { run, job in
            try await pursuit.run(run, job)
            writer.yield()
        }
        runner.start()
        var seen = 0
        for await _ in runs {
            seen += 1
            if seen == count { break }
        }
        await runner.stop(within: .seconds(5))
    }

    private func erasure(
        _ world: TenancyWorld, _ id: ErasureID, in tenant: TenantID? = nil
    ) async throws -> TenancyAPI.Erasure {
        let tenant = tenant ?? world.tenant
        let store = ErasureRequestStore(rows: world.rows(tenant), owner: tenant)
        return try #require(try await store.find(id)).wire
    }

    @Test func `a person is erased once all services have said so, and then nobody knows who it was`() async throws {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let ada = try await world.makeUser("ada@acme.example", .agent)
            _ = try await world.signIn("ada@acme.example")
            let token = try await token(world, "boss@acme.example")
            let before = try await world.newestChange()
            let response = try await ask(
                world, ["email": "Ada@acme.example", "phone_number": "(415) 555-0123"], token: token)
            #expect(response.status == 201)
            let made: TenancyAPI.Erasure = try response.decoded()
            #expect(made.state == .open && made.missing == ServiceName.allCases && made.receipts.isEmpty)

            let target: InternalAPI.Erasure = try await world.internal(
                try world.trust.request(
                    .get, "/internal/erasures/\(made.id)", as: .service(.calls), in: world.tenant)
            ).decoded()
            #expect(target.emails == ["ada@acme.example"] && target.tenantID == world.tenant)
            #expect(target.phoneNumbers == [.init(number: "+14155550123", national: "4155550123")])
            let rows = try await world.force(
                "SELECT count(*)::text FROM outbox_payloads WHERE data::text LIKE '%ada@acme%' OR data::text LIKE '%5550123%'"
            )
            #expect(rows == [["0"]])

            try await erase(world)
            for service in Self.services { try await answer(world, service, made.id, in: world.tenant) }
            let done = try await erasure(world, made.id)
            #expect(done.state == .finished && done.missing.isEmpty && done.finishedAt != nil)
            #expect(done.receipts.count == ServiceName.allCases.count)
            #expect(done.receipts.first { $0.service == .tenancy }?.erased["users"] == 1)
            let gone = await world.internal(
                try world.trust.request(
                    .get, "/internal/erasures/\(made.id)", as: .service(.calls), in: world.tenant))
            #expect(gone.status == 404)

            let user = try #require(try await UserStore(rows: world.rows(world.tenant)).find(ada.id, in: world.tenant))
            #expect(user.status == .deactivated && user.name == "[erased]" && user.version > ada.version)
            #expect(try await world.signIn("ada@acme.example").status == 401)
            let kinds = try await world.changes(after: before).map(\.kind)
            #expect(kinds.contains(.userVersion) && kinds.contains(.revokedSession))
            #expect(kinds.filter { $0 == .erasure }.count == 2)
            #expect(try await world.audited(.erasureRequested) == 1)
            #expect(try await world.audited(.erasureDone) == 1)
        }
    }

    @Test func `an erasure is asked for by administrators who have just shown who they are`() async throws {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let token = try await token(world, "boss@acme.example")
            let stale = try await world.send(
                .post, "/api/v1/erasures", as: .user(.owner), json: ["email": "x@acme.example"])
            #expect(try stale.problem().code == "reauthentication_required")
            #expect(try await ask(world, [:], token: token).status == 422)
            #expect(try await ask(world, ["phone_number": "12"], token: token).status == 422)
            #expect(try await ask(world, ["email": "nobody"], token: token).status == 422)
            let last = try await ask(world, ["email": "boss@acme.example"], token: token)
            #expect(try last.status == 409 && last.problem().code == "conflict")
            let made: TenancyAPI.Erasure = try await ask(world, ["email": "x@acme.example"], token: token).decoded()
            let foreign = try await world.send(
                .get, "/api/v1/erasures/\(made.id)", as: .user(.owner), in: world.other)
            #expect(foreign.status == 404)
            let page: Page<TenancyAPI.Erasure> = try await world.send(
                .get, "/api/v1/erasures", as: .user(.admin)
            ).decoded()
            #expect(page.data.map(\.id) == [made.id] && page.total == 1)
            #expect(try await world.send(.get, "/api/v1/erasures", as: .user(.agent)).status == 403)
            #expect(try await world.send(.get, "/api/v1/erasures", as: .apiKey(Set(Scope.allCases))).status == 403)
        }
    }

    @Test func `the platform erases people from its own rows, such as requests for accounts`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            let request: JSONValue = [
                "company": "Initech", "subdomain": "initech", "name": "Bill", "email": "bill@initech.example",
                "plan": "growth",
            ]
            let asked = try await world.send(
                .post, "/api/v1/setup-requests", as: .anonymous, in: .platform, json: request)
            #expect(asked.status < 300)
            let token = try await world.platformToken(root)
            let last = try await ask(
                world, ["email": .string(root.text)], token: token, in: .platform, at: "/api/v1/platform/erasures")
            #expect(last.status == 409)
            let made: TenancyAPI.Erasure = try await ask(
                world, ["email": "bill@initech.example"], token: token, in: .platform,
                at: "/api/v1/platform/erasures"
            ).decoded()
            try await erase(world)
            for table in ["setup_requests", "job_payloads"] {
                #expect(
                    try await world.force("SELECT count(*)::text FROM \(table) AS r WHERE r::text LIKE '%bill@%'") == [
                        ["0"]
                    ])
            }
            #expect(try await erasure(world, made.id, in: .platform).missing.contains(.tenancy) == false)
        }
    }

    @Test func `what a legal hold keeps keeps the erasure open, and services are asked again`() async throws {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let made: TenancyAPI.Erasure = try await ask(
                world, ["phone_number": "+14155550123"], token: token(world, "boss@acme.example")
            ).decoded()
            try await erase(world)
            for service in Self.services {
                try await answer(world, service, made.id, in: world.tenant, held: service == .calls ? 3 : 0)
            }
            let held = try await erasure(world, made.id)
            #expect(held.state == .held && held.missing == [.calls])
            let pursuit = world.pursuit
            func asked() async throws -> [[String?]] {
                try await world.force("SELECT count(*)::text FROM outbox_events WHERE type = 'erasure.requested'")
            }
            try await pursuit.pursue()
            #expect(try await asked() == [["1"]])
            try await pursuit.pursue(now: .now() + Erasure.patience + .seconds(60))
            #expect(try await asked() == [["2"]])
            try await answer(world, .calls, made.id, in: world.tenant)
            let done = try await erasure(world, made.id)
            #expect(done.state == .finished)
            #expect(done.receipts.first { $0.service == .calls }?.erased == ["rows": 4])
        }
    }

    @Test func `a tenant goes after its grace period, everywhere else first, and its subdomain is nobody's`()
        async throws
    {
        try await withTenancy { world in
            try await world.makePlatform()
            try await world.makeUser("boss@acme.example", .owner)
            _ = try await world.signIn("boss@acme.example")
            let pursuit = world.pursuit
            _ = try await TenantEditLifeStore(database: world.rows(world.tenant)).delete(
                world.tenant, origin: .operator)
            try await pursuit.pursue()
            let store = ErasureRequestStore(rows: world.rows(.platform), owner: .platform)
            #expect(try await store.count(bound: 10) == 0)
            try await world.force("UPDATE tenants SET delete_after = now() - interval '1 s' WHERE subdomain = 'acme'")
            for _ in 0..<2 { try await pursuit.pursue() }
            let begun = try await store.list(.newest)
            #expect(begun.map(\.erasedTenant) == [world.tenant])
            let id = try #require(begun.first).id
            let snapshot = try await ChangeStore(rows: world.database).snapshot()
            #expect(snapshot.contains { $0.kind == .erasure && $0.key == id.jsonText })
            #expect(try await TenantStore(rows: world.rows(world.tenant)).find(world.tenant) != nil)

            for service in Self.services { try await answer(world, service, id, in: .platform) }
            try await erase(world)
            #expect(try await erasure(world, id, in: .platform).state == .finished)
            let tables = try await world.force(
                """
                SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id'
                """
            ).compactMap { $0[0] }
            #expect(tables.count > 20)
            for table in tables {
                let left = try await world.force(
                    "SELECT count(*)::text FROM \(table) WHERE tenant_id = '\(world.tenant)'")
                #expect(left == [["0"]], "\(table)")
            }
            #expect(try await world.audited(.tenantErased, in: .platform) == 1)
            let told = try await world.changes(after: 0).last { $0.kind == .tenant }
            #expect(told?.key == world.tenant.jsonText && told?.value == nil)
            await #expect(throws: Failure.self) { try await world.makeTenant(.make(), "acme") }
            try await world.makeTenant(.make(), "acme2")
            #expect(try await TenantStore(rows: world.rows(world.other)).find(world.other) != nil)
        }
    }

    @Test func `a service's receipt is its own, and one of another tenant's erasure changes nothing`() async throws {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let made: TenancyAPI.Erasure = try await ask(
                world, ["email": "x@acme.example"], token: token(world, "boss@acme.example")
            ).decoded()
            try await answer(world, .billing, made.id, in: world.other)
            #expect(try await erasure(world, made.id).receipts.isEmpty)
            try await answer(world, .billing, made.id, in: world.tenant)
            #expect(try await erasure(world, made.id).receipts.map(\.service) == [.billing])
            let mismatched = await world.internal(
                try world.trust.request(
                    .post, "/internal/erasures/\(ErasureID.make())/receipt", as: .service(.gateway), in: world.tenant,
                    json: InternalAPI.ErasureReceipt(erasureID: made.id, erased: [:])))
            #expect(mismatched.status == 400)
        }
    }
}
