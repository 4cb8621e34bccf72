import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct ResetTests {
    private func accept(_ world: TenancyWorld, _ token: String) async throws -> HTTPResponse {
        try await world.send(
            .post, "/api/v1/auth/invitations/accept", as: .anonymous, in: .platform,
            json: ["token": .string(token), "name": "Root", "password": "another long password"])
    }

    @Test func `the first super admin is made once, however many begin`() async throws {
        try await withTenancy { world in
            let made = try await world.together(4) { number in
                try await PlatformStore(database: world.rows(.platform)).bootstrap(
                    email: .sample("root\(number)@example.com"), passwordHash: "x")
            }
            #expect(made.count { $0 } == 1)
            #expect(made.count { !$0 } == 3)
            #expect(try await UserStore(rows: world.rows(.platform)).countActive(in: .platform) == 1)
        }
    }

    @Test func `a reset ends all sessions, voids the password, and its link works once`() async throws {
        try await withTenancy { world in
            let email = try await world.makePlatform()
            let before: TenancyAPI.SignedIn = try await world.signIn(email.text, in: .platform).decoded()
            let first = OpaqueToken.make(.passwordReset)
            let second = OpaqueToken.make(.passwordReset)
            let platform = PlatformStore(database: world.rows(.platform))
            let position = try await world.newestChange()
            #expect(try await platform.resetAdmin(email: email, digest: first.digest))
            #expect(try await world.changes(after: position).map(\.kind) == [.userVersion, .revokedSession])
            #expect(try await platform.resetAdmin(email: email, digest: second.digest))
            #expect(try await world.signIn(email.text, in: .platform).status == 401)
            #expect(try await world.refresh(try #require(before.refreshToken), in: .platform).status == 401)
            #expect(try await accept(world, first.reveal()).status == 410)
            let after: TenancyAPI.SignedIn = try await accept(world, second.reveal()).decoded()
            #expect(after.user.id == before.user.id && after.user.role == .superAdmin)
            #expect(try await accept(world, second.reveal()).status == 410)
            #expect(try await world.signIn(email.text, "another long password", in: .platform).status == 200)
            #expect(try await world.audited(.passwordResetStarted, in: .platform) == 2)
            #expect(try await world.audited(.passwordReset, in: .platform) == 1)
        }
    }

    @Test func `a session that was opened before the link was used ends with its use`() async throws {
        try await withTenancy { world in
            let email = try await world.makePlatform()
            let token = OpaqueToken.make(.passwordReset)
            _ = try await PlatformStore(database: world.rows(.platform)).resetAdmin(
                email: email, digest: token.digest)
            let user = try #require(
                try await UserStore(rows: world.rows(.platform)).credentials(email: email, in: .platform))
            let meanwhile = OpaqueToken.make(.refresh)
            try await SignInStore(database: world.rows(.platform)).open(
                .make(), of: user.user, digest: meanwhile.digest, subject: [1], expiresAt: .now() + .seconds(600),
                device: .unknown,
                origin: .operator)
            #expect(try await accept(world, token.reveal()).status == 200)
            #expect(try await world.refresh(meanwhile.reveal(), in: .platform).status == 401)
        }
    }

    @Test func `nobody but a super admin can be reset by the operator`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let platform = PlatformStore(database: world.rows(.platform))
            #expect(try await !platform.resetAdmin(email: .sample("nobody@example.com"), digest: [1]))
            try await world.makeUser("a@acme.example", .owner)
            #expect(try await !platform.resetAdmin(email: .sample("a@acme.example"), digest: [2]))
        }
    }
}
