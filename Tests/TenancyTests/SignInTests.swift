import Auth
import Crypto
import HTTP
import JSON
import Models
import TestSupport
import Testing
import WebTestSupport

@testable import Tenancy

struct SignInTests {
    @Test func `a right password opens a session, and its token says who it is`() async throws {
        try await withTenancy { world in
            let user = try await world.makeUser("a@acme.example", .admin)
            let response = try await world.signIn("A@acme.example")
            #expect(response.status == 200)
            #expect(response.headers["Cache-Control"] == "no-store")
            let answer: TenancyAPI.SignedIn = try response.decoded()
            #expect(answer.user.id == user.id)
            #expect(answer.tokenType == "Bearer" && answer.expiresIn == 900)
            let verifier = try TokenVerifier(
                issuer: TestTrust.issuer, audience: TokenClaims.audience, keys: world.ring.keys.published(at: .now()))
            let principal = try verifier.principal(answer.accessToken, tenant: world.tenant)
            #expect(principal.user?.userID == user.id)
            #expect(principal.user?.role == .admin)
            #expect(try await world.audited(.userSignedIn) == 1)
        }
    }

    @Test func `an unknown address, a wrong password and a person who is gone get one answer`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            try await world.makeUser("gone@acme.example")
            try await world.force("UPDATE users SET status = 'deactivated' WHERE email_lc = 'gone@acme.example'")
            var bodies: Set<String> = []
            for (email, password) in [
                ("a@acme.example", "wrong"), ("nobody@acme.example", TenancyWorld.password),
                ("gone@acme.example", TenancyWorld.password),
            ] {
                let response = try await world.signIn(email, password)
                #expect(response.status == 401)
                var problem: JSONValue = try response.decoded()
                if case .object(let members) = problem {
                    problem = .object(members.filter { $0.name != "request_id" })
                }
                bodies.insert(String(decoding: try JSON.encode(problem), as: UTF8.self))
            }
            #expect(bodies.count == 1)
        }
    }

    @Test func `the same address in another tenant is another person`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example", in: world.other)
            #expect(try await world.signIn("a@acme.example").status == 401)
            let answer: TenancyAPI.SignedIn = try await world.signIn("a@acme.example", in: world.other).decoded()
            #expect(
                try await world.send(.get, "/api/v1/users", token: answer.accessToken, in: world.other).status == 200)
            let elsewhere = try await world.send(.get, "/api/v1/users", token: answer.accessToken)
            #expect(try elsewhere.problem().code == "token_wrong_tenant")
        }
    }

    @Test func `too many failures lock the account for one address, in the same words for one that is none`()
        async throws
    {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            for email in ["a@acme.example", "nobody@acme.example"] {
                var statuses: [Int] = []
                for _ in 0...Lockout.free { statuses.append(try await world.signIn(email, "wrong").status) }
                #expect(statuses.allSatisfy { $0 == 401 })
                let locked = try await world.signIn(email)
                #expect(try locked.problem().code == "account_locked")
                #expect(locked.headers["Retry-After"].flatMap { Int($0) } ?? 0 >= 1)
            }
            #expect(try await world.audited(.userLocked) == 2)
            let request = try world.trust.request(
                .post, "/api/v1/auth/login", as: .anonymous,
                json: ["email": "a@acme.example", "password": TenancyWorld.password])
            var elsewhere = request
            elsewhere.headers.set("X-Switchboard-Client-Address", "198.51.100.1")
            #expect(await world.service(elsewhere).status == 200)
        }
    }

    @Test func `after a lock each failure doubles the wait, and a success forgets them all`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            for _ in 0...Lockout.free { _ = try await world.signIn("a@acme.example", "wrong") }
            var waits: [String?] = []
            for _ in 0..<3 {
                waits += try await world.force(
                    "SELECT round(extract(epoch FROM locked_until - last_failed_at))::text FROM sign_in_attempts"
                ).map { $0[0] }
                try await world.force("UPDATE sign_in_attempts SET locked_until = now()")
                _ = try await world.signIn("a@acme.example", "wrong")
            }
            #expect(waits == ["2", "4", "8"])
            try await world.force("UPDATE sign_in_attempts SET locked_until = now()")
            #expect(try await world.signIn("a@acme.example").status == 200)
            #expect(try await world.force("SELECT count(*)::text FROM sign_in_attempts") == [["0"]])
        }
    }

    @Test func `guesses at the same time gain nothing over guesses one by one`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            let passwords = Array(repeating: "wrong", count: 20) + [TenancyWorld.password]
            let statuses = try await world.together(passwords.count) { number in
                try await world.signIn("a@acme.example", passwords[number]).status
            }
            #expect(statuses.count { $0 == 401 } == Lockout.free + 1)
            #expect(statuses.count { $0 == 429 } == statuses.count - Lockout.free - 1)
        }
    }

    @Test func `many right passwords at the same time lock nobody out`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            let statuses = try await world.together(12) { _ in try await world.signIn("a@acme.example").status }
            #expect(statuses.allSatisfy { $0 == 200 })
        }
    }

    @Test func `the waits grow from two seconds to an hour`() {
        let waits = (1...20).map { Lockout.delay(afterFailures: $0) / .seconds(1) }
        #expect(waits == [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600, 3600])
        #expect(Lockout.delays.map(Double.init) == Array(waits.prefix(Lockout.delays.count)))
    }

    @Test func `one subscriber's many IPv6 addresses count as one`() throws {
        let email = try EmailAddress.sample("a@acme.example")
        let first = Lockout.subject(email, address: "2001:db8:1:2::1")
        #expect(first == Lockout.subject(email, address: "2001:db8:1:2:ffff::9"))
        #expect(first != Lockout.subject(email, address: "2001:db8:1:3::1"))
        #expect(Lockout.subject(email, address: "192.0.2.1") != Lockout.subject(email, address: "192.0.2.2"))
    }

    @Test func `a password hash of less work is replaced at the sign-in`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            let before = try await world.force("SELECT password_hash FROM users WHERE email_lc = 'a@acme.example'")
            #expect(try await world.signIn("a@acme.example").status == 200)
            let after = try await world.force("SELECT password_hash FROM users WHERE email_lc = 'a@acme.example'")
            #expect(before != after)
            let hash = try #require(after.first?.first.flatMap { $0 })
            #expect(try PasswordHash.check(TenancyWorld.password, against: hash) == .matches(needsRehash: false))
            #expect(try await world.signIn("a@acme.example").status == 200)
        }
    }

    @Test func `a sign-in that began with the old password fails once the password has changed`() async throws {
        try await withTenancy { world in
            let user = try await world.makeUser("a@acme.example")
            try await world.force("UPDATE users SET version = version + 1")
            await #expect(throws: Failure.self) {
                try await SignInStore(database: world.rows(world.tenant)).open(
                    .make(), of: user, digest: [1], subject: [2], expiresAt: .now() + .seconds(60), device: .unknown,
                    origin: .operator)
            }
        }
    }

    @Test func `the loop goes on while a password is hashed`() async throws {
        try await withLoop { loop in
            let passwords = Passwords(threads: 1)
            let watch = LoopWatch(loop)
            _ = try await passwords.hash(TenancyWorld.password)
            // On the loop itself the hash would leave it a turn or two.
            #expect(await watch.end() > 100)
        }
    }

    @Test func `more passwords than can wait are told to come back`() async throws {
        try await withTenancy { world in
            let passwords = Passwords(threads: 1)
            let refused = try await world.together(100) { _ -> String? in
                do {
                    _ = try await passwords.check("x", against: nil)
                    return nil
                } catch let failure as Failure { return failure.headers.first?.value }
            }
            #expect(refused.contains("1") && refused.count { $0 == nil } >= 64)
        }
    }

    @Test func `the longest password that the API takes is none too long to hash`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            let family = String(repeating: "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{200D}\u{1F466}", count: 256)
            for password in [String(repeating: "\u{1F600}", count: 256), family] {
                #expect([401, 422].contains(try await world.signIn("a@acme.example", password).status))
            }
        }
    }

    @Test func `sign-out voids the session everywhere`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            let answer: TenancyAPI.SignedIn = try await world.signIn("a@acme.example").decoded()
            let before = try await world.newestChange()
            let response = try await world.send(.post, "/api/v1/auth/logout", token: answer.accessToken)
            #expect(response.status == 204)
            #expect(response.headers["Set-Cookie"]?.contains("Max-Age=0") == true)
            #expect(try await world.changes(after: before).map(\.kind) == [.revokedSession])
            #expect(try await world.refresh(try #require(answer.refreshToken)).status == 401)
            #expect(try await world.send(.post, "/api/v1/auth/logout", token: answer.accessToken).status == 204)
            #expect(try await world.audited(.userSignedOut) == 1)
        }
    }

    @Test func `only the owner of a suspended tenant can sign in`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example", .admin)
            try await world.makeUser("boss@acme.example", .owner)
            try world.trust.knowledge.set(world.tenant, status: .suspended)
            #expect(try await world.signIn("a@acme.example").problem().code == "tenant_suspended")
            #expect(try await world.signIn("a@acme.example", "wrong").problem().code == "invalid_credentials")
            #expect(try await world.signIn("boss@acme.example").status == 200)
        }
    }
}
