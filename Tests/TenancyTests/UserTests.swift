import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct UserTests {
    private func list(
        _ world: TenancyWorld, _ query: String, as caller: TestCaller = .user(.owner)
    ) async throws -> [String] {
        let page: Page<TenancyAPI.User> = try await world.decoded(.get, "/api/v1/users\(query)", as: caller)
        #expect(page.total == page.data.count && page.totalIsExact)
        return page.data.map { String($0.email.text.prefix { $0 != "@" }) }
    }

    private func patch(
        _ world: TenancyWorld, _ id: String, as caller: TestCaller, match: String? = "*", _ body: JSONValue
    ) async throws -> HTTPResponse {
        var headers: HTTPHeaders = [:]
        if let match { headers.set("If-Match", match) }
        return try await world.send(.patch, "/api/v1/users/\(id)", as: caller, headers: headers, json: body)
    }

    @Test func `people are found by name, address, role, state, skill, language and ZIP code`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let bob = try await world.makeUser("bob@acme.example", .admin)
            try await world.makeUser("cleo@globex.example", in: world.other)
            let set = try await patch(
                world, "\(ada.id)", as: .user(.admin),
                [
                    "name": " Ada Lovelace ", "skills": ["Solar", "solar", "Roofs"], "languages": ["de", "pt-BR"],
                    "territory": ["90210", "su4 *", "902*"],
                ])
            #expect(set.status == 200, "\(set.text)")
            let wire: TenancyAPI.User = try set.decoded()
            #expect(wire.name == "Ada Lovelace" && wire.skills == ["Solar", "Roofs"])
            #expect(wire.territory == ["902*", "90210", "SU4 *"])
            #expect(try await list(world, "?search=LOVE") == ["ada"])
            #expect(try await list(world, "?search=bob@") == ["bob"])
            #expect(try await list(world, "?role=admin") == ["bob"])
            #expect(try await list(world, "?role=admin,agent&sort=email") == ["ada", "bob"])
            #expect(try await list(world, "?skill=SOLAR") == ["ada"])
            #expect(try await list(world, "?language=pt-br") == ["ada"])
            for (zip, expected) in [("90299", ["ada"]), ("90210", ["ada"]), ("91000", []), ("su4%209aa", ["ada"])] {
                #expect(try await list(world, "?zip=\(zip)") == expected)
            }
            #expect(try await list(world, "?status=deactivated") == [])
            #expect(try await list(world, "?status=active&search=a&sort=name") == ["ada", "bob"])
            let bad = try await world.send(.get, "/api/v1/users?status=lost", as: .user(.owner))
            #expect(try bad.problem().errors.map(\.pointer) == ["query/status"])
            let unknown = try await world.send(.get, "/api/v1/users?colour=red", as: .user(.owner))
            #expect(try unknown.problem().errors.map(\.pointer) == ["query/colour"])
            _ = bob
        }
    }

    @Test(arguments: [
        "name", "-name", "email", "-email", "created_at", "-created_at", "last_sign_in_at", "-last_sign_in_at",
    ])
    func `every order can be paged to its end, each person once`(sort: String) async throws {
        try await withTenancy { world in
            for name in ["dora", "Anna", "bert", "carl", "emil"] {
                let user = try await world.makeUser("\(name)@acme.example")
                try await world.force("UPDATE users SET name = '\(name)' WHERE id = '\(user.id)'")
            }
            _ = try await world.signIn("bert@acme.example")
            _ = try await world.signIn("emil@acme.example")
            var (seen, cursor): ([TenancyAPI.User], String?) = ([], nil)
            repeat {
                let page: Page<TenancyAPI.User> = try await world.decoded(
                    .get, "/api/v1/users?limit=2&sort=\(sort)\(cursor.map { "&cursor=\($0)" } ?? "")",
                    as: .user(.owner))
                #expect(page.total == 5)
                seen += page.data
                cursor = page.nextCursor
            } while cursor != nil
            #expect(seen.count == 5 && Set(seen.map(\.id)).count == 5)
            let names = seen.map { $0.name.lowercased() }
            if sort.hasSuffix("name") || sort.hasSuffix("email") {
                #expect(names == (sort.hasPrefix("-") ? names.sorted(by: >) : names.sorted()))
            }
            if sort.hasSuffix("sign_in_at") {
                let instants = seen.map { $0.lastSignInAt?.microseconds ?? 0 }
                #expect(instants == (sort.hasPrefix("-") ? instants.sorted(by: >) : instants.sorted()))
            }
        }
    }

    @Test func `an agent sees nobody else, until the tenant shows everybody`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let bob = try await world.makeUser("bob@acme.example")
            let agent = TestCaller.person(ada.id, .agent)
            func seen(_ id: UserID) async throws -> Int {
                try await world.send(.get, "/api/v1/users/\(id)", as: agent).status
            }
            #expect(try await list(world, "", as: agent) == ["ada"])
            #expect(try await seen(ada.id) == 200)
            #expect(try await seen(bob.id) == 404)
            try world.trust.knowledge.set(world.tenant, visibility: .organisation)
            #expect(try await list(world, "?sort=name", as: agent).sorted() == ["ada", "bob"])
            #expect(try await seen(bob.id) == 200)
            #expect(try await world.send(.get, "/api/v1/users?deleted=true", as: agent).status == 403)
            #expect(try await world.send(.get, "/api/v1/invitations", as: agent).status == 403)
        }
    }

    @Test func `a change needs the revision that was seen, and tokens go on working`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let caller = TestCaller.person(ada.id, .agent)
            #expect(try await patch(world, "me", as: caller, match: nil, ["name": "A"]).status == 428)
            let first = try await world.send(.get, "/api/v1/users/me", as: caller)
            let tag = try #require(first.headers["ETag"])
            let changed = try await patch(world, "me", as: caller, match: tag, ["name": "Ada"])
            #expect(changed.status == 200 && changed.headers["ETag"] != tag)
            #expect(try await patch(world, "me", as: caller, match: tag, ["name": "Eve"]).status == 412)
            let after = try await world.person(ada.id)
            #expect(after.name == "Ada" && after.version == ada.version && after.revision == ada.revision + 1)
            #expect(try await world.told("user/\(ada.id)") == ["user.updated"])
            #expect(try await world.lastTold("user/\(ada.id)").changed == ["name"])
            #expect(try await world.audited(.userUpdated) == 1)
        }
    }

    @Test func `people set their own phone, language and zone, which are checked, and not their territory`()
        async throws
    {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let caller = TestCaller.person(ada.id, .agent)
            let set = try await patch(
                world, "me", as: caller,
                ["phone": "(415) 555-2671", "language": "de-AT", "time_zone": "Asia/Kathmandu", "languages": ["de"]])
            #expect(set.status == 200, "\(set.text)")
            let wire: TenancyAPI.User = try set.decoded()
            #expect(wire.phone == "+14155552671" && wire.language == "de-AT")
            #expect(wire.timeZone?.name == "Asia/Kathmandu")
            #expect(wire.performancePath == "/api/v1/analytics/users/\(ada.id)")
            let wrong = try await patch(
                world, "me", as: caller,
                [
                    "phone": "12", "language": "Deutsch!", "time_zone": "Mars/Olympus", "languages": ["de", "?"],
                    "skills": ["ok", "  "], "name": " ",
                ])
            #expect(wrong.status == 422)
            #expect(
                try wrong.problem().errors.map(\.pointer).sorted()
                    == ["/language", "/languages/1", "/name", "/phone", "/skills/1", "/time_zone"])
            let territory = try await patch(world, "me", as: caller, ["territory": ["90210"]])
            #expect(try territory.problem().errors.map(\.pointer) == ["/territory"])
            let zips = try await patch(world, "\(ada.id)", as: .user(.admin), ["territory": ["*", "9_1", "1234"]])
            #expect(try zips.problem().errors.map(\.pointer) == ["/territory/0", "/territory/1"])
            let cleared = try await patch(world, "me", as: caller, ["phone": nil, "time_zone": nil])
            let empty: TenancyAPI.User = try cleared.decoded()
            #expect(empty.phone == nil && empty.timeZone == nil && empty.language == "de-AT")
        }
    }

    @Test func `profiles are changed by those who manage people, an owner's by owners, and nobody elsewhere`()
        async throws
    {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let boss = try await world.makeUser("boss@acme.example", .owner)
            func change(_ id: UserID, _ caller: TestCaller) async throws -> Int {
                try await patch(world, "\(id)", as: caller, ["name": "X"]).status
            }
            for caller: TestCaller in [.user(.admin), .user(.owner), .apiKey([.usersWrite]), .impersonating(.owner)] {
                #expect(try await change(ada.id, caller) == 200, "\(caller)")
            }
            for caller: TestCaller in [.person(ada.id, .agent), .apiKey([.usersRead, .callsWrite])] {
                #expect(try await change(ada.id, caller) == 403, "\(caller)")
            }
            #expect(try await change(ada.id, .anonymous) == 401)
            #expect(try await change(ada.id, .stranger(.owner)) == 401)
            #expect(try await change(boss.id, .user(.admin)) == 403)
            #expect(try await change(boss.id, .apiKey([.usersWrite])) == 403)
            #expect(try await change(boss.id, .user(.owner)) == 200)
            let elsewhere = try await world.send(
                .patch, "/api/v1/users/\(ada.id)", as: .user(.owner), in: world.other, headers: ["If-Match": "*"],
                json: ["name": "X"])
            #expect(elsewhere.status == 404)
            #expect(try await world.send(.get, "/api/v1/users/me", as: .apiKey([.usersRead])).status == 403)
        }
    }
}
