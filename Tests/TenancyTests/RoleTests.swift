import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct RoleTests {
    private func set(
        _ world: TenancyWorld, _ role: String, of user: User, as caller: TestCaller, headers: HTTPHeaders = [:]
    ) async throws -> HTTPResponse {
        try await world.send(
            .put, "/api/v1/users/\(user.id)/role", as: try await world.proven(caller), headers: headers,
            json: ["role": .string(role)])
    }

    @Test func `another role voids the tokens of before and is told to everybody`() async throws {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let ada = try await world.makeUser("ada@acme.example")
            let signedIn: TenancyAPI.SignedIn = try await world.signIn(ada.email).decoded()
            let position = try await world.newestChange()
            let answer = try await set(world, "admin", of: ada, as: .user(.admin))
            #expect(answer.status == 200, "\(answer.text)")
            let changes = try await world.changes(after: position)
            #expect(changes.map(\.kind) == [.userVersion] && changes.map(\.key) == ["\(ada.id)"])
            let after = try await world.person(ada.id)
            #expect(after.role == .admin && after.version == ada.version + 1)
            // The session goes on, with the other role.
            let refreshed: TenancyAPI.SignedIn = try await world.refresh(try #require(signedIn.refreshToken)).decoded()
            #expect(refreshed.user.role == .admin)
            #expect(try await world.lastTold("user/\(ada.id)").role == .admin)
            #expect(try await world.audited(.userRoleChanged) == 1)
            // Again it changes nothing.
            #expect(try await set(world, "admin", of: ada, as: .user(.admin)).status == 200)
            #expect(try await world.audited(.userRoleChanged) == 1)
            let stale = try await set(world, "agent", of: ada, as: .user(.admin), headers: ["If-Match": "\"1\""])
            #expect(stale.status == 412)
        }
    }

    @Test func `only owners make and unmake owners, and nobody becomes a super admin`() async throws {
        try await withTenancy { world in
            let boss = try await world.makeUser("boss@acme.example", .owner)
            let ada = try await world.makeUser("ada@acme.example")
            for caller: TestCaller in [.user(.admin), .apiKey([.usersWrite])] {
                #expect(try await set(world, "owner", of: ada, as: caller).status == 403)
                #expect(try await set(world, "agent", of: boss, as: caller).status == 403)
            }
            #expect(try await set(world, "admin", of: ada, as: .person(ada.id, .agent)).status == 403)
            #expect(try await set(world, "super_admin", of: ada, as: .user(.owner)).status == 422)
            #expect(try await set(world, "owner", of: ada, as: .user(.owner)).status == 200)
            #expect(try await set(world, "admin", of: boss, as: .user(.owner)).status == 200)
            let gone = try await world.send(
                .put, "/api/v1/users/\(UserID.make())/role", as: try await world.proven(.user(.owner)),
                json: ["role": "agent"])
            #expect(gone.status == 404)
        }
    }

    @Test func `a person shows once more who they are before a role changes, and a program or support does not`()
        async throws
    {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            func status(_ caller: TestCaller, _ role: String) async throws -> Int {
                try await world.send(
                    .put, "/api/v1/users/\(ada.id)/role", as: caller, json: ["role": .string(role)]
                ).status
            }
            let owner = try await world.makeUser("boss@acme.example", .owner)
            let caller = try await world.proven(.person(owner.id, .owner))
            #expect(try await status(caller, "admin") == 200)
            try await world.force("UPDATE sessions SET authenticated_at = now() - interval '11 minutes'")
            let late = try await world.send(
                .put, "/api/v1/users/\(ada.id)/role", as: caller, json: ["role": "agent"])
            #expect(try late.problem().code == "reauthentication_required")
            #expect(try await world.person(ada.id).role == .admin)
            #expect(try await status(.apiKey([.usersWrite]), "agent") == 200)
            #expect(try await status(.impersonating(.owner), "admin") == 200)
        }
    }

    @Test func `the last owner stays one, also when two go at once`() async throws {
        try await withTenancy { world in
            let first = try await world.makeUser("one@acme.example", .owner)
            let second = try await world.makeUser("two@acme.example", .owner)
            let owners = [first, second]
            let codes = try await world.together(2) { number in
                try await set(world, "admin", of: owners[number], as: .user(.owner)).status
            }
            #expect(codes.sorted() == [200, 409])
            let left = try #require(
                try await TenantEditStore(rows: world.rows(world.tenant)).owners(of: world.tenant).first)
            let refused = try await set(world, "agent", of: left, as: .user(.owner))
            #expect(try refused.problem().code == "last_owner")
        }
    }

    @Test func `an owner hands the account over, shown once more who they are`() async throws {
        try await withTenancy { world in
            let boss = try await world.makeUser("boss@acme.example", .owner)
            let ada = try await world.makeUser("ada@acme.example")
            let path = "/api/v1/users/\(ada.id)/ownership"
            let token = try await world.token(of: boss)
            // A session in which nobody has shown who they are.
            let unproven = try await world.send(.post, path, as: .person(boss.id, .owner), json: [:])
            #expect(try unproven.problem().code == "reauthentication_required")
            for caller: TestCaller in [.user(.admin), .user(.agent), .apiKey([.usersWrite]), .impersonating(.owner)] {
                #expect(try await world.send(.post, path, as: caller, json: [:]).status == 403, "\(caller)")
            }
            let self_ = try await world.send(.post, "/api/v1/users/\(boss.id)/ownership", token: token, json: [:])
            #expect(self_.status == 409)
            let answer = try await world.send(.post, path, token: token, json: ["role": "agent"])
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try answer.decoded(TenancyAPI.User.self).role == .owner)
            #expect(try await world.person(boss.id).role == .agent)
            #expect(try await world.letters().map(\.kind) == [.ownershipTransferred, .ownershipTransferred])
            #expect(try await world.audited(.ownershipTransferred) == 1)
            // Whoever is no owner any more has nothing to hand over, whatever their token says.
            let late = try await world.send(.post, "/api/v1/users/\(boss.id)/ownership", token: token, json: [:])
            #expect([401, 403].contains(late.status))
        }
    }
}
