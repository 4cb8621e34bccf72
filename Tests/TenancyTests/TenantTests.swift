import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct TenantTests {
    private static func body(_ subdomain: String, name: String = "Initech") -> JSONValue {
        [
            "name": .string(name), "subdomain": .string(subdomain), "plan": "growth", "phone_system": "twilio",
            "owner": ["email": "o@initech.example", "name": "Olga"], "time_zone": "Europe/Berlin", "country": "de",
            "language": "de-DE",
        ]
    }

    private func create(_ world: TenancyWorld, _ body: JSONValue) async throws -> HTTPResponse {
        try await world.send(.post, "/api/v1/platform/tenants", as: .user(.superAdmin), in: .platform, json: body)
    }

    @Test func `a tenant is made whole, and every process is told`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let before = try await world.newestChange()
            let response = try await create(world, Self.body("initech"))
            #expect(response.status == 201)
            let made: TenancyAPI.CreatedTenant = try response.decoded()
            #expect(response.headers["Location"] == "/api/v1/platform/tenants/\(made.tenant.id)")
            #expect(made.tenant.country == "DE" && made.tenant.timeZone.name == "Europe/Berlin")
            #expect(made.tenant.entitlements == .seed(for: .growth))
            #expect(made.invitation.url.hasPrefix("http://initech.localhost:8080/accept-invitation#token=sbi_"))
            let changes = try await world.changes(after: before)
            #expect(changes.map(\.kind) == [.tenant, .entitlements, .settings])
            #expect(try changes[0].value?.decode(ChangeFeedAPI.TenantValue.self).subdomain == "initech")
            #expect(try await world.audited(.tenantCreated, in: made.tenant.id) == 1)
            #expect(try await world.audited(.tenantCreated, in: .platform) == 3)
            try world.trust.knowledge.set(made.tenant.id, subdomain: "initech")
            let accepted = try await world.send(
                .post, "/api/v1/auth/invitations/accept", as: .anonymous, in: made.tenant.id,
                json: ["token": .string(made.invitation.token), "name": "Olga", "password": "a long enough one"])
            let signedIn: TenancyAPI.SignedIn = try accepted.decoded()
            #expect(signedIn.user.role == .owner)
        }
    }

    @Test func `of many who want one subdomain one gets it`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let statuses = try await world.together(6) { number in
                try await create(world, Self.body("initech", name: "\(number)")).status
            }
            #expect(statuses.sorted() == [201, 409, 409, 409, 409, 409])
            #expect(try await create(world, Self.body("initech")).problem().code == "subdomain_taken")
            #expect(try await world.force("SELECT count(*)::text FROM entitlements") == [["3"]])
        }
    }

    @Test func `a bad body is refused with every fault, and nothing is changed`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let before = try await world.newestChange()
            let response = try await create(
                world,
                [
                    "name": "", "subdomain": "www", "plan": "free", "owner": ["email": "nobody", "nickname": "x"],
                    "colour": "red",
                ])
            #expect(response.status == 422)
            #expect(
                Set(try response.problem().errors.map(\.pointer)) == [
                    "/name", "/subdomain", "/plan", "/owner/email", "/owner/name", "/owner/nickname", "/colour",
                ])
            var second = Self.body("initech")
            if case .object(let members) = second {
                second = .object(
                    members.filter { !["time_zone", "country", "language"].contains($0.name) } + [
                        .init("time_zone", "Europe/Atlantis"), .init("country", "1!"), .init("language", "deutsch?"),
                    ])
            }
            let refused = try await create(world, second)
            #expect(Set(try refused.problem().errors.map(\.pointer)) == ["/time_zone", "/country", "/language"])
            #expect(try await world.newestChange() == before)
            #expect(try await world.force("SELECT count(*)::text FROM tenants WHERE subdomain = 'initech'") == [["0"]])
        }
    }

    @Test func `the list is searched, sorted and paged, without the platform`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            for name in ["alpha", "beta", "gamma"] { try await world.makeTenant(.make(), name) }
            func names(_ query: String) async throws -> ([String], Page<TenancyAPI.Tenant>) {
                let response = try await world.send(
                    .get, "/api/v1/platform/tenants?\(query)", as: .user(.superAdmin), in: .platform)
                let page: Page<TenancyAPI.Tenant> = try response.decoded()
                return (page.data.map(\.subdomain), page)
            }
            #expect(try await names("").0 == ["gamma", "beta", "alpha", "globex", "acme"])
            #expect(try await names("sort=created_at").0 == ["acme", "globex", "alpha", "beta", "gamma"])
            #expect(try await names("search=ETA").0 == ["beta"])
            #expect(try await names("search=100%25").0 == [])
            #expect(try await names("search=admin").0 == [])
            let (first, page) = try await names("limit=2")
            #expect(first == ["gamma", "beta"] && page.total == 5 && page.totalIsExact)
            let cursor = try #require(page.nextCursor)
            #expect(try await names("limit=2&cursor=\(cursor)").0 == ["alpha", "globex"])
            #expect(try await names("limit=2&page=3").0 == ["acme"])
            let wrong = try await world.send(
                .get, "/api/v1/platform/tenants?serch=x&sort=name", as: .user(.superAdmin), in: .platform)
            #expect(Set(try wrong.problem().errors.map(\.pointer)).isSuperset(of: ["query/sort"]))
        }
    }

    @Test func `tenants are sorted by when somebody was last there`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            for name in ["alpha", "beta"] { try await world.makeTenant(.make(), name) }
            try await world.makeUser("ada@globex.example", in: world.other)
            try await world.makeUser("bob@acme.example")
            try await world.force(
                "UPDATE users SET last_sign_in_at = now() - interval '3 days' WHERE name = 'Somebody'")
            try await world.force("UPDATE tenants SET created_at = now() - interval '9 days' WHERE subdomain = 'beta'")
            _ = try await world.signIn("bob@acme.example")
            func page(_ query: String) async throws -> Page<TenancyAPI.Tenant> {
                try await world.send(
                    .get, "/api/v1/platform/tenants?\(query)", as: .user(.superAdmin), in: .platform
                ).decoded()
            }
            let newest = try await page("sort=-last_activity_at")
            #expect(newest.data.map(\.subdomain).suffix(2) == ["globex", "beta"])
            #expect(newest.data.first { $0.subdomain == "acme" }?.lastActivityAt != nil)
            #expect(newest.data.last?.lastActivityAt == nil)
            let oldest = try await page("sort=last_activity_at&limit=1")
            #expect(oldest.data.map(\.subdomain) == ["beta"] && oldest.total == 4)
            let next = try await page("sort=last_activity_at&limit=1&cursor=\(try #require(oldest.nextCursor))")
            #expect(next.data.map(\.subdomain) == ["globex"])
            let one: TenancyAPI.Tenant = try await world.send(
                .get, "/api/v1/platform/tenants/\(world.tenant)", as: .user(.superAdmin), in: .platform
            ).decoded()
            #expect(one.lastActivityAt != nil)
        }
    }

    @Test func `suspending and resuming take effect once and answer the same again`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let admin = try await world.proven(.user(.superAdmin), in: .platform)
            func move(_ step: String, _ id: TenantID, as caller: TestCaller? = nil) async throws -> HTTPResponse {
                try await world.send(
                    .post, "/api/v1/platform/tenants/\(id)/\(step)", as: caller ?? admin, in: .platform)
            }
            let unproven = try await move("suspend", world.tenant, as: .user(.superAdmin))
            #expect(try unproven.problem().code == "reauthentication_required")
            let before = try await world.newestChange()
            for _ in 0..<2 {
                let tenant: TenancyAPI.Tenant = try await move("suspend", world.tenant).decoded()
                #expect(tenant.status == .suspended && tenant.suspendedAt != nil)
            }
            for _ in 0..<2 {
                let tenant: TenancyAPI.Tenant = try await move("resume", world.tenant).decoded()
                #expect(tenant.status == .active && tenant.suspendedAt == nil)
            }
            #expect(try await world.changes(after: before).map(\.kind) == [.tenant, .tenant])
            #expect(try await world.audited(.tenantSuspended, in: .platform) == 1)
            #expect(try await world.audited(.tenantResumed) == 1)
            #expect(try await move("suspend", .platform).status == 409)
            #expect(try await move("suspend", .make()).status == 404)
            let path = "/api/v1/platform/tenants/\(TenantID.platform)"
            #expect(try await world.send(.get, path, as: .user(.superAdmin), in: .platform).status == 404)
        }
    }

    @Test func `sessions sets from which web sites a tenant's visitors come, and every process is told`() async throws {
        try await withTenancy { world in
            func put(_ origins: [String], as caller: TestCaller = .service(.sessions), _ id: TenantID? = nil)
                async throws -> Int
            {
                await world.internal(
                    try world.trust.request(
                        .put, "/internal/tenants/\(id ?? world.tenant)/origins", as: caller, in: world.tenant,
                        json: ChangeFeedAPI.OriginsValue(origins: origins))
                ).status
            }
            let before = try await world.newestChange()
            let sites = ["https://www.acme.example", "https://acme.example:8443", "http://localhost:3000"]
            #expect(try await put(sites + sites) == 204)
            // The same again is no change.
            #expect(try await put(sites.reversed()) == 204)
            let changes = try await world.changes(after: before)
            #expect(changes.map(\.kind) == [.origins])
            #expect(try changes[0].value?.decode(ChangeFeedAPI.OriginsValue.self).origins == sites.sorted())
            #expect(try await world.audited(.originsSet) == 1)
            let snapshot = try await ChangeStore(rows: world.rows(world.tenant)).snapshot()
            #expect(snapshot.contains { $0.kind == .origins && $0.key == world.tenant.jsonText })
            #expect(try await put([]) == 204)
            #expect(try await put(sites, as: .service(.billing)) == 403)
            #expect(try await put(sites, world.other) == 403)
            for wrong in [
                "https://www.acme.example/", "https://WWW.acme.example", "http://www.acme.example", "*", "null", "",
                "https://*.acme.example", "https://a..b", "https://-a.b", "https://a.b:443", "https://a.b:0",
                "https://a.b:70000", "https://user@a.b", "ftp://a.b", "https://a.b,https://c.d", "https://a b",
            ] {
                #expect(try await put([wrong]) == 422, "\(wrong)")
            }
            #expect(try await put((0..<201).map { "https://a\($0).example" }) == 422)
        }
    }

    @Test func `billing sets what a tenant may use, for the tenant that it names`() async throws {
        try await withTenancy { world in
            var entitlements = Entitlements.seed(for: .enterprise)
            entitlements.seats = 77
            let before = try await world.newestChange()
            func put(_ id: TenantID, as caller: TestCaller) async throws -> Int {
                await world.internal(
                    try world.trust.request(
                        .put, "/internal/tenants/\(id)/entitlements", as: caller, in: world.tenant, json: entitlements)
                ).status
            }
            #expect(try await put(world.tenant, as: .service(.billing)) == 204)
            #expect(try await put(world.other, as: .service(.billing)) == 403)
            #expect(try await put(world.tenant, as: .service(.calls)) == 403)
            let changes = try await world.changes(after: before)
            #expect(changes.map(\.kind) == [.entitlements])
            #expect(try changes[0].value?.decode(Entitlements.self) == entitlements)
            let stored = try await TenantStore(rows: world.rows(world.tenant)).entitlements(of: world.tenant)
            #expect(stored == entitlements)
        }
    }
}
