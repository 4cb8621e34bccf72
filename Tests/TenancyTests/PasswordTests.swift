import Crypto
import HTTP
import IO
import JSON
import Jobs
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct PasswordTests {
    private static let better = "copper lantern wept quietly"

    @Test(arguments: [
        ("passwordpassword", false), ("password2024", false), ("qwertyuiop123", false), ("olga@acme.example", false),
        ("aaaaaaaaaaaaaaaa", false), ("correct horse battery staple", true), (better, true), ("x7Fq-92mVz-kLw", true),
    ])
    func `what is easy to guess is refused`(password: String, isFine: Bool) {
        let bits = PasswordStrength.bits(password, account: ["olga@acme.example", "Olga Owner", "acme.localhost"])
        #expect((bits >= PasswordStrength.leastBits) == isFine, "\(bits)")
    }

    @Test func `an invitation cannot be accepted with a weak password and still can with another`() async throws {
        try await withTenancy { world in
            let tenant = TenantID.make()
            let token = try await world.makeTenant(tenant, "initech")
            func accept(_ password: String) async throws -> HTTPResponse {
                try await world.send(
                    .post, "/api/v1/auth/invitations/accept", as: .anonymous, in: tenant,
                    json: ["token": .string(token.reveal()), "name": "Bill", "password": .string(password)])
            }
            try world.trust.knowledge.set(tenant, status: .active)
            let weak = try await accept("initech123")
            #expect(weak.status == 422)
            #expect(try weak.problem().code == "weak_password")
            #expect(try weak.problem().errors.first?.pointer == "/password")
            #expect(try await accept(Self.better).status == 200)
        }
    }

    @Test func `a change needs the old password, ends the other sessions and tells the person`() async throws {
        try await withTenancy { world in
            try await world.makeUser("ada@acme.example")
            let here: TenancyAPI.SignedIn = try await world.signIn("ada@acme.example").decoded()
            let there: TenancyAPI.SignedIn = try await world.signIn("ada@acme.example").decoded()
            func change(_ current: String) async throws -> HTTPResponse {
                try await world.send(
                    .post, "/api/v1/auth/password", as: .anonymous,
                    headers: ["Authorization": "Bearer \(here.accessToken)"],
                    json: ["current_password": .string(current), "password": .string(Self.better)])
            }
            #expect(try await change("not the password").status == 401)
            let changed: TenancyAPI.SignedIn = try await change(TenancyWorld.password).decoded()
            #expect(changed.refreshToken == nil)
            #expect(try await world.refresh(try #require(there.refreshToken)).status == 401)
            #expect(try await world.refresh(try #require(here.refreshToken)).status == 200)
            #expect(try await world.signIn("ada@acme.example").status == 401)
            #expect(try await world.signIn("ada@acme.example", Self.better).status == 200)
            #expect(try await world.audited(.passwordChanged) == 1)
            let letters = try await world.rows(world.tenant).values(
                "SELECT payload->>'letter' FROM job_payloads", as: String.self)
            #expect(letters == ["password_changed"])
        }
    }

    @Test func `a reset is asked for with the same answer whoever asks, and only an account gets a letter`()
        async throws
    {
        try await withTenancy { world in
            try await world.makeUser("ada@acme.example")
            for email in ["ada@acme.example", "nobody@acme.example", "ADA@acme.example"] {
                let answer = try await world.send(
                    .post, "/api/v1/auth/password-resets", as: .anonymous, json: ["email": .string(email)])
                #expect(answer.status == 204)
            }
            try await runResets(world, count: 3)
            let urls = try await letters(world, .passwordReset).compactMap(\.url)
            #expect(urls.count == 1)
            let token = try #require(urls.first?.split(separator: "#token=").last)
            func accept() async throws -> HTTPResponse {
                try await world.send(
                    .post, "/api/v1/auth/password-resets/accept", as: .anonymous,
                    json: ["token": .string(String(token)), "password": .string(Self.better)])
            }
            let signedIn: TenancyAPI.SignedIn = try await accept().decoded()
            #expect(signedIn.user.name == "Somebody")
            #expect(try await accept().status == 410)
            #expect(try await world.signIn("ada@acme.example", Self.better).status == 200)
        }
    }

    @Test func `an invitation's token sets no password without a name`() async throws {
        try await withTenancy { world in
            let tenant = TenantID.make()
            let token = try await world.makeTenant(tenant, "initech")
            try world.trust.knowledge.set(tenant, status: .active)
            let answer = try await world.send(
                .post, "/api/v1/auth/password-resets/accept", as: .anonymous, in: tenant,
                json: ["token": .string(token.reveal()), "password": .string(Self.better)])
            #expect(answer.status == 410)
        }
    }

    @Test func `a proof of who one is holds for ten minutes in its session`() async throws {
        try await withTenancy { world in
            let user = try await world.makeUser("ada@acme.example")
            let signedIn: TenancyAPI.SignedIn = try await world.signIn("ada@acme.example").decoded()
            let session = try #require(
                try await SessionStore(rows: world.rows(world.tenant)).list(
                    of: user.id, idle: .seconds(3600), limit: 9, in: world.tenant
                ).first?.id)
            func isRecent() async throws -> Bool {
                try await SessionStore(rows: world.rows(world.tenant)).isAuthenticated(
                    session, of: user.id, within: RecentSignIn.life, in: world.tenant)
            }
            #expect(try await isRecent())
            try await world.force("UPDATE sessions SET authenticated_at = now() - interval '11 minutes'")
            #expect(try await !isRecent())
            let answer = try await world.send(
                .post, "/api/v1/auth/reauthenticate", as: .anonymous,
                headers: ["Authorization": "Bearer \(signedIn.accessToken)"],
                json: ["password": .string(TenancyWorld.password)])
            #expect(answer.status == 204)
            #expect(try await isRecent())
        }
    }

    /// Runs the jobs that look for accounts, until so many have ended.
    private func runResets(_ world: TenancyWorld, count: Int) async throws {
        let (ended, end) = AsyncStream<Void>.makeStream()
        let runner = JobRunner(
            loop: world.loop, database: world.database, logger: LogCapture().logger(), metrics: Metrics())
        let links = InvitationLinks(world.routes.baseURL)
        runner.register(StartPasswordResetJob.self, StartPasswordResetJob.options) { run, job in
            try await StartPasswordResetJob.run(run, job, database: world.database, links: links, mail: world.mail)
            end.yield()
        }
        runner.start()
        var left = count
        for await _ in ended {
            left -= 1
            if left == 0 { break }
        }
        await runner.stop(within: .seconds(5))
    }

    private func letters(_ world: TenancyWorld, _ kind: Letter.Kind) async throws -> [Letter] {
        let payloads = try await world.rows(world.tenant).values(
            "SELECT payload FROM job_payloads WHERE payload->>'letter' = \(kind.rawValue)", as: JSONText.self)
        return try payloads.map { try world.mail.letter(try $0.decode(SendMailJob.self), of: world.tenant) }
    }
}
