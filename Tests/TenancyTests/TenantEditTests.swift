import Crypto
import HTTP
import JSON
import Models
import Telemetry
import Testing
import Web
import WebTestSupport

@testable import Tenancy

struct TenantEditTests {
    private func path(_ id: TenantID, _ rest: String = "") -> String { "/api/v1/platform/tenants/\(id)\(rest)" }

    private func patch(
        _ world: TenancyWorld, _ body: JSONValue, match: String? = "*", _ id: TenantID? = nil
    ) async throws -> HTTPResponse {
        try await world.send(
            .patch, path(id ?? world.tenant), as: .user(.superAdmin), in: .platform,
            headers: match.map { ["If-Match": $0] } ?? [:], json: body)
    }

    @Test func `a tenant is edited by whoever has seen its last version`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let read = try await world.send(.get, path(world.tenant), as: .user(.superAdmin), in: .platform)
            let tag = try #require(read.headers["ETag"])
            let before = try await world.newestChange()
            let body: JSONValue = [
                "name": "Acme Ltd", "plan": "enterprise", "time_zone": "Europe/Berlin", "country": "de",
                "notes": "pays late",
            ]
            let response = try await patch(world, body, match: tag)
            let tenant: TenancyAPI.Tenant = try response.decoded()
            #expect(tenant.name == "Acme Ltd" && tenant.country == "DE" && tenant.notes == "pays late")
            #expect(tenant.entitlements == .seed(for: .enterprise) && tenant.language == "en")
            #expect(try await world.changes(after: before).map(\.kind) == [.tenant, .settings, .entitlements])
            #expect(try await patch(world, body, match: tag).status == 412)
            #expect(try await patch(world, body, match: nil).status == 428)
            #expect(try await patch(world, body, .make()).status == 404)
            #expect(try await patch(world, body, .platform).status == 404)
            #expect(try await world.audited(.tenantUpdated) == 1)
            #expect(try await world.audited(.tenantUpdated, in: .platform) == 1)
            let log = try await AuditStore(rows: world.rows(world.tenant)).list(
                AuditFilter(action: "tenant.updated", subject: nil), .newest, in: world.tenant)
            let told = try #require(log.first?.after).decode(JSONValue.self)
            #expect(!"\(told)".contains("pays late") && "\(told)".contains("Acme Ltd"))
        }
    }

    @Test func `of edits of one version at once one is made`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let statuses = try await world.together(5) { number in
                try await patch(world, ["name": .string("Name \(number)")], match: "\"1\"").status
            }
            #expect(statuses.sorted() == [200, 412, 412, 412, 412])
        }
    }

    @Test func `a bad edit is refused with every fault`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let response = try await patch(
                world,
                [
                    "country": "1!", "language": "deutsch?", "time_zone": "Europe/Atlantis",
                    "limits": ["seats": -1, "burst": 2_000_000_000],
                ])
            #expect(
                Set(try response.problem().errors.map(\.pointer)) == [
                    "/country", "/language", "/time_zone", "/limits/seats", "/limits/burst",
                ])
        }
    }

    @Test func `limits of super admins stand in place of the plan's, also when billing sets those anew`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let limited: TenancyAPI.Tenant = try await patch(
                world, ["limits": ["seats": 3, "requests_per_second": 7]]
            ).decoded()
            #expect(limited.entitlements.seats == 3 && limited.entitlements.requestsPerSecond == 7)
            #expect(limited.entitlements.burst == Entitlements.seed(for: .growth).burst)
            let before = try await world.newestChange()
            _ = try await TenantLifeStore(database: world.rows(world.tenant)).setEntitlements(
                .seed(for: .enterprise), of: world.tenant, origin: .operator)
            let told = try await world.changes(after: before).first?.value?.decode(Entitlements.self)
            #expect(told?.seats == 3 && told?.burst == Entitlements.seed(for: .enterprise).burst)
            let free: TenancyAPI.Tenant = try await patch(world, ["limits": [:]]).decoded()
            #expect(free.entitlements == .seed(for: .enterprise))
        }
    }

    @Test func `a tenant has a feature when its plan, the platform and its own switch say so`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            func switched(_ off: JSONValue) async throws -> HTTPResponse {
                try await world.send(
                    .put, "/api/v1/platform/settings/features", as: .user(.superAdmin), in: .platform,
                    json: ["disabled_features": off])
            }
            let mine: TenancyAPI.Tenant = try await patch(world, ["disabled_features": ["analysis"]]).decoded()
            #expect(mine.entitlements.features == [.transcription, .dialer, .customDomain])
            let before = try await world.newestChange()
            #expect(try await switched(["transcription"]).status == 200)
            // Both tenants have it by their plan; the platform itself has no entitlements.
            let changes = try await world.changes(after: before)
            #expect(changes.map(\.kind) == [.entitlements, .entitlements])
            let snapshot = try await ChangeStore(rows: world.database).snapshot()
            for (id, expected) in [
                (world.tenant, [Feature.dialer, .customDomain]), (world.other, [.analysis, .dialer, .customDomain]),
            ] {
                let row = snapshot.first { $0.kind == .entitlements && $0.key == id.jsonText }
                #expect(try row?.value?.decode(Entitlements.self).features == expected)
                let change = changes.first { $0.key == id.jsonText }
                #expect(try change?.value?.decode(Entitlements.self).features == expected)
            }
            #expect(try await switched([]).status == 200)
            let stored = try await TenantStore(rows: world.rows(world.other)).entitlements(of: world.other)
            #expect(stored == .seed(for: .growth))
            #expect(try await world.audited(.featuresSwitched, in: .platform) == 2)
            #expect(try await switched(["flying"]).status == 422)
        }
    }

    @Test func `the list is narrowed by an owner's address, the status and the plan`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            try await world.makeTenant(.make(), "alpha", plan: .starter)
            try await world.makeUser("boss@acme.example", .owner)
            try await world.makeUser("clerk@globex.example", .agent, in: world.other)
            _ = try await TenantLifeStore(database: world.rows(world.other)).suspend(world.other, origin: .operator)
            func names(_ query: String) async throws -> [String] {
                let page: Page<TenancyAPI.Tenant> = try await world.send(
                    .get, "/api/v1/platform/tenants?\(query)", as: .user(.superAdmin), in: .platform
                ).decoded()
                #expect(page.total == page.data.count)
                return page.data.map(\.subdomain)
            }
            #expect(try await names("search=BOSS") == ["acme"])
            #expect(try await names("search=owner@globex") == ["globex"])
            #expect(try await names("search=clerk") == [])
            #expect(try await names("status=suspended") == ["globex"])
            #expect(try await names("plan=starter") == ["alpha"])
            #expect(try await names("status=active&plan=growth") == ["acme"])
        }
    }

    @Test func `the table of tenants holds all of them, and no formula`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            _ = try await patch(world, ["name": "=1+1, \"Ltd\""])
            let response = try await world.send(
                .get, "/api/v1/platform/tenants/export", as: .user(.superAdmin), in: .platform)
            #expect(response.headers["Content-Type"] == "text/csv; charset=utf-8")
            let lines = try await response.lines()
            #expect(lines.count == 3)
            #expect(lines[1].contains(",globex,globex,active,growth,"))
            #expect(lines[2].contains(",\"'=1+1, \"\"Ltd\"\"\",acme,"))
        }
    }

    @Test func `what a tenant uses is counted`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            try await world.makeUser("a@acme.example")
            _ = try await world.signIn("a@acme.example")
            let usage: TenancyAPI.TenantUsage = try await world.send(
                .get, path(world.tenant, "/usage"), as: .user(.superAdmin), in: .platform
            ).decoded()
            #expect(usage.activeUsers == 1 && usage.pendingInvitations == 1 && usage.openSessions == 1)
            #expect(usage.seats == 25 && usage.lastSignInAt != nil && usage.apiKeys == 0)
            // Nobody can tell of calls here.
            #expect(usage.calls == nil)
        }
    }

    @Test func `what a tenant uses of calls is asked of calls, as that tenant`() async throws {
        try await withTenancy { world async throws in
            let told = InternalAPI.CallUsage(
                calls: 7, recentCalls: 3, recentSeconds: 61, recordings: 2, recordingBytes: 9,
                recentTranscribedSeconds: 50, recentCostMicros: 4)
            let (tenant, other) = (world.tenant, world.other)
            let calls = try StandInService(world.loop) { request in
                guard request.path == "/internal/calls/usage",
                    request.headers["X-Switchboard-Tenant"] == tenant.description
                else { return HTTPResponse(status: 404) }
                return .json(told)
            }
            let database = world.database
            let routes = RouteTable.platformEdits(
                TenantEditRoutes(database: database, mail: world.mail, calls: calls.client(for: .calls)),
                TenantExportRoutes(database: database), PlatformFeatureRoutes(database: database),
                PlatformStatsRoutes(database: database))
            let application = WebApplication(
                loop: world.loop, logger: LogCapture().logger(), metrics: Metrics(),
                routes: RouteTable(.tenancy, routes), trust: world.believed)
            func usage(_ id: TenantID) async throws -> TenancyAPI.TenantUsage {
                let request = try world.trust.request(
                    .get, path(id, "/usage"), as: .user(.superAdmin), in: .platform)
                return try await application.handler(request).decoded()
            }
            #expect(try await usage(tenant).calls == told)
            let silent = try await usage(other)
            #expect(silent.calls == nil && silent.pendingInvitations == 1)
        }
    }

    @Test func `a tenant is deleted by its name and a fresh proof, and can be restored for 30 days`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            try await world.makeUser("boss@acme.example", .owner)
            let token = try await world.platformToken(root)
            func delete(_ confirm: String, as bearer: String) async throws -> HTTPResponse {
                try await world.send(
                    .post, path(world.tenant, "/deletion"), as: .anonymous, in: .platform,
                    headers: ["Authorization": "Bearer \(bearer)"], json: ["confirm": .string(confirm)])
            }
            #expect(try await delete("globex", as: token).status == 422)
            let stale = try await world.send(
                .post, path(world.tenant, "/deletion"), as: .user(.superAdmin), in: .platform,
                json: ["confirm": "acme"])
            #expect(try stale.problem().code == "reauthentication_required")
            for _ in 0..<2 {
                let tenant: TenancyAPI.Tenant = try await delete("acme", as: token).decoded()
                #expect(tenant.status == .deleted && tenant.deleteAfter != nil)
            }
            #expect(try await world.audited(.tenantDeleted, in: .platform) == 1)
            let letters = try await world.force("SELECT count(*)::text FROM jobs WHERE kind = 'send_mail'")
            #expect(letters == [["1"]])
            #expect(try await patch(world, ["name": "x"]).status == 409)
            let restored: TenancyAPI.Tenant = try await world.send(
                .delete, path(world.tenant, "/deletion"), token: token, in: .platform
            ).decoded()
            #expect(restored.status == .active && restored.deleteAfter == nil)
            #expect(try await delete("acme", as: token).status == 200)
            try await world.force("UPDATE tenants SET delete_after = now() - interval '1 s' WHERE subdomain = 'acme'")
            let late = try await world.send(.delete, path(world.tenant, "/deletion"), token: token, in: .platform)
            #expect(late.status == 409)
        }
    }
}

extension TenancyWorld {
    /// A super admin who has just signed in.
    func platformToken(_ email: EmailAddress) async throws -> String {
        let signedIn: TenancyAPI.SignedIn = try await signIn(email.text, in: .platform).decoded()
        return signedIn.accessToken
    }
}
