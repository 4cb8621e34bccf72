import HTTP
import JSON
import LifeCycle
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct DepartureTests {
    private func deactivate(
        _ world: TenancyWorld, _ id: UserID, as caller: TestCaller = .user(.owner), _ body: JSONValue = [:]
    ) async throws -> HTTPResponse {
        try await world.send(
            .post, "/api/v1/users/\(id)/deactivate", as: try await world.proven(caller), json: body)
    }

    private func post(
        _ world: TenancyWorld, _ id: UserID, _ step: String, as caller: TestCaller = .user(.owner)
    ) async throws -> HTTPResponse {
        try await world.send(.post, "/api/v1/users/\(id)/\(step)", as: caller)
    }

    @Test func `whoever is deactivated is out at once, and the heir is named to the others`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let bob = try await world.makeUser("bob@acme.example")
            let signedIn: TenancyAPI.SignedIn = try await world.signIn(ada.email).decoded()
            let position = try await world.newestChange()
            let answer = try await deactivate(world, ada.id, ["hand_over_to": .string("\(bob.id)")])
            #expect(answer.status == 200, "\(answer.text)")
            let wire: TenancyAPI.User = try answer.decoded()
            #expect(wire.status == .deactivated && wire.deactivatedAt != nil)
            #expect(try await world.changes(after: position).map(\.kind) == [.userVersion, .revokedSession])
            #expect(try await world.signIn(ada.email).status == 401)
            #expect(try await world.refresh(try #require(signedIn.refreshToken)).status == 401)
            #expect(try await world.told("user/\(ada.id)") == ["user.deactivated"])
            let told = try await world.lastTold("user/\(ada.id)")
            #expect(told.heirID == bob.id && told.status == .deactivated)
            #expect(try await world.audited(.userDeactivated) == 1)
            // Again it changes nothing.
            #expect(try await deactivate(world, ada.id).status == 200)
            #expect(try await world.audited(.userDeactivated) == 1)
        }
    }

    @Test func `the heir works in the tenant, and is somebody else`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let gone = try await world.makeUser("gone@acme.example")
            let stranger = try await world.makeUser("cleo@globex.example", in: world.other)
            #expect(try await deactivate(world, gone.id).status == 200)
            for heir in [ada.id, gone.id, stranger.id, .make()] {
                let answer = try await deactivate(world, ada.id, ["hand_over_to": .string("\(heir)")])
                #expect(try answer.problem().errors.map(\.pointer) == ["/hand_over_to"])
            }
            #expect(try await world.person(ada.id).status == .active)
        }
    }

    @Test func `nobody deactivates themselves, an owner without being one, or the last owner`() async throws {
        try await withTenancy { world in
            let boss = try await world.makeUser("boss@acme.example", .owner)
            let ada = try await world.makeUser("ada@acme.example", .admin)
            #expect(try await deactivate(world, ada.id, as: .person(ada.id, .admin)).status == 409)
            #expect(try await deactivate(world, boss.id, as: .person(ada.id, .admin)).status == 403)
            #expect(try await deactivate(world, boss.id, as: .apiKey([.usersWrite])).status == 403)
            let last = try await deactivate(world, boss.id)
            #expect(try last.problem().code == "last_owner")
            #expect(try await deactivate(world, ada.id, as: .user(.agent)).status == 403)
            #expect(try await deactivate(world, ada.id, as: .stranger(.owner)).status == 401)
            let elsewhere = try await world.send(
                .post, "/api/v1/users/\(ada.id)/deactivate",
                as: try await world.proven(.user(.owner), in: world.other), in: world.other, json: [:])
            #expect(elsewhere.status == 404)
            let second = try await world.makeUser("two@acme.example", .owner)
            let owners = [boss, second]
            let codes = try await world.together(2) { number in
                try await deactivate(world, owners[number].id).status
            }
            #expect(codes.sorted() == [200, 409])
        }
    }

    @Test func `the keys that a person made go on, or end with them`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example", .admin)
            for name in ["one", "two"] {
                let made = try await world.send(
                    .post, "/api/v1/api-keys", token: try await world.token(of: ada),
                    json: ["name": .string(name), "scopes": ["calls.read"]])
                #expect(made.status == 201)
            }
            #expect(try await deactivate(world, ada.id).status == 200)
            func live() async throws -> Int {
                let keys = try await APIKeyStore(rows: world.rows(world.tenant)).list(
                    APIKeyFilter(), .newest, in: world.tenant)
                return keys.count { $0.revokedAt == nil }
            }
            #expect(try await live() == 2)
            #expect(try await post(world, ada.id, "reactivate").status == 200)
            let position = try await world.newestChange()
            #expect(try await deactivate(world, ada.id, ["revoke_api_keys": true]).status == 200)
            #expect(try await live() == 0)
            #expect(
                try await world.changes(after: position).map(\.kind) == [.userVersion, .revokedAPIKey, .revokedAPIKey])
        }
    }

    @Test func `whoever comes back needs a seat, and the password of before`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            #expect(try await deactivate(world, ada.id).status == 200)
            var entitlements = Entitlements.seed(for: .growth)
            // The invitation of the owner has the one seat.
            entitlements.seats = 1
            let life = TenantLifeStore(database: world.rows(world.tenant))
            _ = try await life.setEntitlements(entitlements, of: world.tenant, origin: .operator)
            let full = try await post(world, ada.id, "reactivate")
            #expect(try full.problem().code == "seat_limit_reached")
            entitlements.seats = 2
            _ = try await life.setEntitlements(entitlements, of: world.tenant, origin: .operator)
            #expect(try await post(world, ada.id, "reactivate", as: .user(.agent)).status == 403)
            let answer = try await post(world, ada.id, "reactivate", as: .apiKey([.usersWrite]))
            #expect(answer.status == 200)
            #expect(try answer.decoded(TenancyAPI.User.self).deactivatedAt == nil)
            #expect(try await world.signIn(ada.email).status == 200)
            #expect(try await world.told("user/\(ada.id)") == ["user.deactivated", "user.reactivated"])
        }
    }

    @Test func `a deactivated person goes to the bin, comes back whole, and is erased a month later`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let path = "/api/v1/users/\(ada.id)"
            func delete(_ headers: HTTPHeaders = ["If-Match": "*"], as caller: TestCaller = .user(.admin)) async throws
                -> Int
            {
                try await world.send(.delete, path, as: try await world.proven(caller), headers: headers).status
            }
            #expect(try await delete() == 409)
            let named = try await world.send(
                .patch, path, as: .user(.owner), headers: ["If-Match": "*"], json: ["name": "Ada"])
            #expect(named.status == 200)
            #expect(try await deactivate(world, ada.id).status == 200)
            #expect(try await delete([:]) == 428)
            #expect(try await delete(["If-Match": "\"1\""]) == 412)
            #expect(try await delete(as: .impersonating(.owner)) == 403)
            let unproven = [
                try await world.send(.delete, path, as: .user(.owner), headers: ["If-Match": "*"]),
                try await world.send(.post, "\(path)/deactivate", as: .user(.owner), json: [:]),
            ]
            #expect(
                try unproven.map { try $0.problem().code } == [
                    "reauthentication_required", "reauthentication_required",
                ])
            #expect(try await delete() == 204)
            #expect(try await delete() == 404)
            #expect(try await world.send(.get, path, as: .user(.owner)).status == 404)
            let bin: Page<TenancyAPI.User> = try await world.decoded(
                .get, "/api/v1/users?deleted=true", as: .user(.admin))
            #expect(bin.data.map(\.id) == [ada.id] && bin.data[0].deletedAt != nil)
            #expect(try await post(world, ada.id, "reactivate").status == 404)
            // The address stays theirs meanwhile.
            let again = try await world.send(
                .post, "/api/v1/invitations", as: .user(.owner), json: ["email": "ada@acme.example", "role": "agent"])
            #expect(try again.problem().code == "email_taken")
            #expect(try await post(world, ada.id, "restore").status == 200)
            #expect(try await world.person(ada.id).status == .deactivated)
            #expect(try await delete() == 204)
            #expect(
                try await world.told("user/\(ada.id)")
                    == ["user.updated", "user.deactivated", "user.deleted", "user.updated", "user.deleted"])

            try await world.force("UPDATE users SET deleted_at = now() - interval '31 days' WHERE id = '\(ada.id)'")
            #expect(try await PeopleBinStore(database: world.database).empty() == 1)
            #expect(try await PeopleBinStore(database: world.database).empty() == 0)
            let rows = try await world.force("SELECT row_to_json(u)::text FROM users AS u WHERE id = '\(ada.id)'")
            let row = try #require(rows.first?.first ?? nil)
            #expect(!row.contains("ada@") && !row.contains("Ada"))
            let details = try await world.force(
                "SELECT count(*) FROM audit_details WHERE before::text LIKE '%Ada%' OR after::text LIKE '%Ada%'")
            #expect(details == [["0"]])
            #expect(try await post(world, ada.id, "restore").status == 404)
            let free = try await world.send(
                .post, "/api/v1/invitations", as: .user(.owner), json: ["email": "ada@acme.example", "role": "agent"])
            #expect(free.status == 201)
        }
    }

    @Test func `an admin mails a link to a new password, or shows it once for a person without mail`() async throws {
        try await withTenancy { world in
            let boss = try await world.makeUser("boss@acme.example", .owner)
            let admin = try await world.makeUser("admin@acme.example", .admin)
            let ada = try await world.makeUser("ada@acme.example")
            let token = try await world.token(of: admin)
            let path = "/api/v1/users/\(ada.id)/password-reset"
            #expect(try await world.send(.post, path, as: .person(admin.id, .admin), json: [:]).status == 403)
            let mailed: TenancyAPI.CreatedPasswordReset = try await world.send(.post, path, token: token, json: [:])
                .decoded()
            #expect(mailed.url == nil)
            let letter = try #require(try await world.letters().last)
            #expect(letter.kind == .passwordReset && letter.to.text == ada.email)
            let shown: TenancyAPI.CreatedPasswordReset = try await world.send(
                .post, path, token: token, json: ["delivery": "link"]
            ).decoded()
            #expect(try await world.letters().count == 1)
            func accept(_ token: String) async throws -> HTTPResponse {
                try await world.send(
                    .post, "/api/v1/auth/password-resets/accept", as: .anonymous,
                    json: ["token": .string(token), "password": "copper lantern wept quietly"])
            }
            // Of two links the last counts, and the old password works until then.
            #expect(try await accept(try letter.token).status == 410)
            #expect(try await world.signIn(ada.email).status == 200)
            let link = try #require(shown.url?.split(separator: "=").last)
            #expect(try await accept(String(link)).status == 200)
            #expect(try await world.signIn(ada.email).status == 401)
            #expect(try await world.audited(.passwordLinkMade) == 2)
            let owners = try await world.send(
                .post, "/api/v1/users/\(boss.id)/password-reset", token: token, json: [:])
            #expect(owners.status == 403)
            #expect(try await world.send(.post, path, as: .impersonating(.owner), json: [:]).status == 403)
            #expect(try await world.send(.post, path, as: .user(.agent), json: [:]).status == 403)
        }
    }

    @Test func `an erasure takes a number out of profiles and an address out of links`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let phone = try await world.send(
                .patch, "/api/v1/users/me", as: .person(ada.id, .agent), headers: ["If-Match": "*"],
                json: ["phone": "+14155552671"])
            #expect(phone.status == 200)
            let token = try await world.token(of: ada)
            let change = try await world.send(
                .post, "/api/v1/auth/email/change", token: token, json: ["email": "next@acme.example"])
            #expect(change.status == 204)
            let erasure = InternalAPI.Erasure(
                id: .make(), kind: .person, tenantID: world.tenant,
                phoneNumbers: [InternalAPI.ErasedNumber(number: "+14155552671", national: "4155552671")],
                emails: ["next@acme.example"])
            let pattern = try #require(PersonPattern.make(of: erasure))
            _ = try await PersonErasureStore(database: world.rows(world.tenant)).erase(erasure, pattern)
            #expect(try await world.person(ada.id).phone == nil)
            #expect(try await world.person(ada.id).email == ada.email)
            // The link by which the present address stays is that address's own.
            #expect(try await world.force("SELECT purpose FROM email_tokens") == [["keeping"]])
        }
    }
}
