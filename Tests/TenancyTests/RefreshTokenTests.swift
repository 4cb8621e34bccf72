import HTTP
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct RefreshTokenTests {
    private static let moment = Timestamp(seconds: 1_800_000_000)

    private func token(
        used seconds: Int?, successors: Int32 = 0, isSuccessorUsed: Bool = false, isExpired: Bool = false,
        isRevoked: Bool = false
    ) -> RefreshToken {
        RefreshToken(
            sessionID: .make(), userID: .make(), usedAt: seconds.map { Self.moment - .seconds($0) },
            successors: successors, isSuccessorUsed: isSuccessorUsed,
            expiresAt: isExpired ? Self.moment : Self.moment + .seconds(1),
            revokedAt: isRevoked ? Self.moment : nil, readAt: Self.moment)
    }

    @Test func `every state of a token leads to its one verdict`() {
        for used in [nil, -1, 0, 29, 30, 31, 3600] as [Int?] {
            for successors: Int32 in [0, 1, 2] {
                for isSuccessorUsed in [false, true] {
                    for isExpired in [false, true] {
                        for isRevoked in [false, true] {
                            let token = token(
                                used: used, successors: successors, isSuccessorUsed: isSuccessorUsed,
                                isExpired: isExpired, isRevoked: isRevoked)
                            let expected: RefreshToken.Verdict =
                                if isExpired || isRevoked {
                                    .refuse
                                } else if let used {
                                    if isSuccessorUsed || used > 30 {
                                        .revokeFamily
                                    } else {
                                        successors < 2 ? .rotate : .accessOnly
                                    }
                                } else {
                                    .rotate
                                }
                            #expect(token.verdict == expected)
                        }
                    }
                }
            }
        }
    }

    /// Signs somebody in and gives the first refresh token.
    private func begin(_ world: TenancyWorld) async throws -> TenancyAPI.SignedIn {
        try await world.makeUser("a@acme.example")
        return try await world.signIn("a@acme.example").decoded()
    }

    @Test func `a token is used once, gives one more within the grace, and then access alone`() async throws {
        try await withTenancy { world in
            let first = try #require(try await begin(world).refreshToken)
            let second: TenancyAPI.SignedIn = try await world.refresh(first).decoded()
            let third: TenancyAPI.SignedIn = try await world.refresh(first).decoded()
            let fourth: TenancyAPI.SignedIn = try await world.refresh(first).decoded()
            #expect(second.refreshToken != nil && second.refreshToken != first)
            #expect(third.refreshToken != nil && third.refreshToken != second.refreshToken)
            #expect(fourth.refreshToken == nil)
            for answer in [second, third, fourth] {
                #expect(try await world.send(.get, "/api/v1/users", token: answer.accessToken).status == 200)
            }
        }
    }

    @Test func `a token that is shown after its successor was used ends the family`() async throws {
        try await withTenancy { world in
            let first = try #require(try await begin(world).refreshToken)
            let second: TenancyAPI.SignedIn = try await world.refresh(first).decoded()
            let third: TenancyAPI.SignedIn = try await world.refresh(try #require(second.refreshToken)).decoded()
            let before = try await world.newestChange()
            let reused = try await world.refresh(first)
            #expect(try reused.problem().code == "refresh_token_reused")
            let later = try await world.refresh(try #require(third.refreshToken))
            #expect(try later.problem().code == "invalid_token")
            #expect(try await world.changes(after: before).map(\.kind) == [.revokedSession])
            #expect(try await world.audited(.refreshTokenReused) == 1)
        }
    }

    @Test func `a token that is shown after the grace ends the family`() async throws {
        try await withTenancy { world in
            let first = try #require(try await begin(world).refreshToken)
            let second: TenancyAPI.SignedIn = try await world.refresh(first).decoded()
            try await world.force(
                "UPDATE refresh_tokens SET used_at = used_at - interval '31 s' WHERE used_at IS NOT NULL")
            #expect(try await world.refresh(first).problem().code == "refresh_token_reused")
            #expect(try await world.refresh(try #require(second.refreshToken)).status == 401)
        }
    }

    @Test func `of many uses at once two get a successor and none ends the family`() async throws {
        try await withTenancy { world in
            let first = try #require(try await begin(world).refreshToken)
            let answers: [TenancyAPI.SignedIn] = try await world.together(8) { _ in
                try await world.refresh(first).decoded()
            }
            let successors = Set(answers.compactMap(\.refreshToken))
            #expect(successors.count == 2)
            for successor in successors { #expect(try await world.refresh(successor).status == 200) }
        }
    }

    @Test func `a token is worth nothing at another tenant, when it is over, and when the user is gone`() async throws {
        try await withTenancy { world in
            let first = try #require(try await begin(world).refreshToken)
            #expect(try await world.refresh(first, in: world.other).problem().code == "invalid_token")
            try await world.force("UPDATE users SET status = 'deactivated' WHERE email_lc = 'a@acme.example'")
            #expect(try await world.refresh(first).status == 401)
            try await world.force("UPDATE users SET status = 'active'")
            try await world.force("UPDATE refresh_tokens SET expires_at = now()")
            #expect(try await world.refresh(first).status == 401)
            #expect(try await world.refresh("sbr_nonsense").status == 401)
        }
    }

    @Test func `a suspended tenant's token is not used up, and its owner goes on`() async throws {
        try await withTenancy { world in
            let first = try #require(try await begin(world).refreshToken)
            try await world.makeUser("boss@acme.example", .owner)
            let owner: TenancyAPI.SignedIn = try await world.signIn("boss@acme.example").decoded()
            try world.trust.knowledge.set(world.tenant, status: .suspended)
            #expect(try await world.refresh(first).problem().code == "tenant_suspended")
            #expect(try await world.refresh(try #require(owner.refreshToken)).status == 200)
            try world.trust.knowledge.set(world.tenant, status: .active)
            let renewed: TenancyAPI.SignedIn = try await world.refresh(first).decoded()
            #expect(renewed.refreshToken != nil)
        }
    }
}
