import HTTP
import JSON
import Models
import Postgres
import ServiceKit
import Testing
import WebTestSupport

@testable import Tenancy

struct FindTenantsTests {
    private func ask(_ world: TenancyWorld, _ email: String, in tenant: TenantID = .platform) async throws -> Int {
        try await world.send(
            .post, "/api/v1/auth/find-tenants", as: .anonymous, in: tenant, json: ["email": .string(email)]
        ).status
    }

    /// Does the waiting work; the letters that wait afterwards.
    private func work(_ world: TenancyWorld) async throws -> [Letter] {
        let platform = world.rows(.platform)
        let waiting = try await platform.query(
            """
            DELETE FROM job_payloads USING jobs WHERE jobs.tenant_id = job_payloads.tenant_id AND jobs.id = job_id
              AND jobs.tenant_id = \(TenantID.platform) AND jobs.kind = \(FindTenantsJob.kind) RETURNING payload
            """
        ) { row in try row.next(JSONText.self) }
        for payload in waiting {
            try await FindTenantsJob.run(
                try payload.decode(FindTenantsJob.self), database: world.database,
                links: InvitationLinks(world.routes.baseURL), mail: world.mail)
        }
        return try await platform.query(
            """
            SELECT payload FROM job_payloads JOIN jobs USING (tenant_id) WHERE jobs.id = job_id
              AND jobs.kind = \(SendMailJob.kind) AND tenant_id = \(TenantID.platform) ORDER BY jobs.id
            """
        ) { row in try row.next(JSONText.self) }.map {
            try world.mail.letter(try $0.decode(SendMailJob.self), of: .platform)
        }
    }

    @Test func `whoever has forgotten their host gets a letter with all of them`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let ada = try await world.makeUser("Ada@acme.example")
            try await world.makeUser("ada@acme.example", in: world.other)
            _ = try await world.signIn("ada@acme.example", in: world.other)
            try await world.force("UPDATE users SET language = 'de' WHERE tenant_id = '\(world.other)'")
            let (gone, left) = (TenantID.make(), TenantID.make())
            for (tenant, name) in [(gone, "initech"), (left, "hooli")] {
                try await world.makeTenant(tenant, name)
                try await world.makeUser("ada@acme.example", in: tenant)
            }
            _ = try await TenantEditLifeStore(database: world.rows(gone)).delete(gone, origin: .operator)
            try await world.force("UPDATE users SET status = 'deactivated' WHERE tenant_id = '\(left)'")

            #expect(try await ask(world, "ADA@acme.example") == 204)
            let letter = try #require(try await work(world).first)
            #expect(letter.kind == .findMyTenant && letter.to.normalised == ada.email.lowercased())
            #expect(letter.language == "de")
            #expect(
                letter.values["tenants"]
                    == "globex (http://globex.localhost:8080/), acme (http://acme.localhost:8080/)")
            #expect(LetterTexts.mail(letter, id: .make())?.paragraphs.first?.contains("acme.localhost") == true)
        }
    }

    @Test func `the answer tells nothing, and a tenant's host has none`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            try await world.makeUser("ada@acme.example")
            #expect(try await ask(world, "nobody@acme.example") == 204)
            // Super admins know where they are, and nobody else has to.
            #expect(try await ask(world, "root@example.com") == 204)
            #expect(try await work(world).isEmpty)
            #expect(try await ask(world, "ada@acme.example", in: world.tenant) == 404)
            #expect(try await ask(world, "no address") == 422)
        }
    }

    @Test func `an address gets a few letters, and then has to wait`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            try await world.makeUser("ada@acme.example")
            try await world.makeUser("bob@acme.example")
            for _ in 0..<Lockout.free + 4 {
                #expect(try await ask(world, "ada@acme.example") == 204)
                _ = try await work(world)
                // However slow the test is, the first wait is not over.
                try await world.force(
                    "UPDATE sign_in_attempts SET locked_until = now() + interval '1 hour' WHERE locked_until IS NOT NULL"
                )
            }
            #expect(try await work(world).count == Lockout.free + 1)
            #expect(try await ask(world, "bob@acme.example") == 204)
            #expect(try await work(world).last?.to.text == "bob@acme.example")
        }
    }
}
