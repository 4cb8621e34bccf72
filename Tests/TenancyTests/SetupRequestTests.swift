import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct SetupRequestTests {
    private static let platform = "/api/v1/platform/setup-requests"

    private func ask(_ world: TenancyWorld, _ subdomain: String, in tenant: TenantID = .platform) async throws -> Int {
        try await world.send(
            .post, "/api/v1/setup-requests", as: .anonymous, in: tenant,
            json: [
                "company": "Initech", "subdomain": .string(subdomain), "name": "Olga", "email": "o@initech.example",
                "plan": "growth",
            ]
        ).status
    }

    /// The letters of a kind that wait, oldest first.
    private func letters(_ world: TenancyWorld, _ kind: Letter.Kind) async throws -> [Letter] {
        let rows = try await world.force(
            "SELECT tenant_id::text, payload::text FROM job_payloads ORDER BY job_id")
        var found: [Letter] = []
        for row in rows {
            guard let tenant = row[0], let payload = row[1] else { continue }
            let job = try JSON.decode(SendMailJob.self, from: Array(payload.utf8))
            guard job.letter == kind else { continue }
            found.append(try world.mail.letter(job, of: try TenantID(jsonText: tenant)))
        }
        return found
    }

    private func token(_ letter: Letter?) throws -> String {
        String(try #require(letter?.url?.split(separator: "=").last))
    }

    private func confirm(_ world: TenancyWorld, _ token: String) async throws -> Int {
        try await world.send(
            .post, "/api/v1/setup-requests/confirm", as: .anonymous, in: .platform, json: ["token": .string(token)]
        ).status
    }

    private func requests(_ world: TenancyWorld, _ query: String = "") async throws -> [TenancyAPI.SetupRequest] {
        let page: Page<TenancyAPI.SetupRequest> = try await world.send(
            .get, Self.platform + query, as: .user(.superAdmin), in: .platform
        ).decoded()
        return page.data
    }

    private func decide(_ world: TenancyWorld, _ id: SetupRequestID, _ step: String, _ body: JSONValue) async throws
        -> HTTPResponse
    {
        try await world.send(
            .post, "\(Self.platform)/\(id)/\(step)", as: .user(.superAdmin), in: .platform, json: body)
    }

    private func confirmed(_ world: TenancyWorld, _ subdomain: String) async throws -> SetupRequestID {
        #expect(try await ask(world, subdomain) == 204)
        #expect(try await confirm(world, try token(try await letters(world, .setupConfirmation).last)) == 204)
        return try #require(try await requests(world, "?status=open").first).id
    }

    @Test func `a company asks, confirms, is approved, and its owner signs in by the letter's link`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let id = try await confirmed(world, "initech")
            let told = try await letters(world, .setupReceived)
            #expect(told.map(\.to.text) == ["root@example.com"])
            #expect(told.first?.url == "http://admin.localhost:8080/setup-requests/\(id)")
            let approved: TenancyAPI.SetupRequest = try await decide(world, id, "approve", [:]).decoded()
            let made = try #require(approved.tenantID)
            #expect(approved.status == .approved && approved.decidedAt != nil)
            let letter = try await letters(world, .setupApproved).last
            #expect(letter?.url?.hasPrefix("http://initech.localhost:8080/accept-invitation#token=sbi_") == true)
            try world.trust.knowledge.set(made, subdomain: "initech")
            let accepted = try await world.send(
                .post, "/api/v1/auth/invitations/accept", as: .anonymous, in: made,
                json: ["token": .string(try token(letter)), "name": "Olga", "password": "a long enough one"])
            let signedIn: TenancyAPI.SignedIn = try accepted.decoded()
            #expect(signedIn.user.role == .owner)
            #expect(try await world.audited(.setupRequested, in: .platform) == 1)
        }
    }

    @Test func `of decisions at once one counts, and a taken name leaves the request open`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let id = try await confirmed(world, "acme")
            #expect(try await decide(world, id, "approve", [:]).problem().code == "subdomain_taken")
            #expect(try await requests(world, "?status=open").map(\.id) == [id])
            let statuses = try await world.together(6) { number in
                try await decide(
                    world, id, number == 0 ? "refuse" : "approve",
                    number == 0 ? ["reason": "Not now."] : ["subdomain": .string("initech\(number)")]
                ).status
            }
            #expect(statuses.sorted() == [200, 409, 409, 409, 409, 409])
            let made = try await world.force("SELECT count(*)::text FROM tenants WHERE subdomain LIKE 'initech%'")
            let refused = try await letters(world, .setupRefused).count
            #expect(made == [[refused == 1 ? "0" : "1"]])
        }
    }

    @Test func `a token works once and for a day, and an address gets three letters a day`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            for number in 0..<5 { #expect(try await ask(world, "initech\(number)") == 204) }
            let mailed = try await letters(world, .setupConfirmation)
            #expect(mailed.count == 3)
            let first = try token(mailed.first)
            let statuses = try await world.together(4) { _ in try await confirm(world, first) }
            #expect(statuses.count { $0 == 204 } == 1)
            try await world.force("UPDATE setup_requests SET expires_at = now()")
            #expect(try await confirm(world, try token(mailed.last)) != 204)
            #expect(try await requests(world).count == 3)
            // The host of a tenant takes none.
            #expect(try await ask(world, "other", in: world.tenant) == 404)
        }
    }

    @Test func `a refusal is mailed with its reason`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let id = try await confirmed(world, "initech")
            let refused: TenancyAPI.SetupRequest = try await decide(
                world, id, "refuse", ["reason": "We know you already."]
            ).decoded()
            #expect(refused.status == .refused && refused.reason == "We know you already.")
            let letter = try #require(try await letters(world, .setupRefused).first)
            #expect(LetterTexts.mail(letter, id: .make())?.paragraphs.last == "We know you already.")
            #expect(try await decide(world, id, "approve", [:]).status == 409)
            #expect(try await world.audited(.setupRefused, in: .platform) == 1)
        }
    }
}
