import HTTP
import HTTPClient
import JSON
import Models
import TestSupport
import Testing

/// A tenant is found by a domain of its own and by its former subdomain, through real processes.
@Suite(.timeLimit(.minutes(20))) struct NameJourneyTests {
    @Test func `a tenant moves to a domain of its own and to another subdomain`() async throws {
        let zones = try ZoneServer()
        try await SuiteUnderTest.visit([.tenancy: ["DOMAIN_RESOLVER": "\(zones.address)"]]) { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let owner = tenant.owner.caller
            let name = "sales-\(UInt32.random(in: 0 ... .max)).example"
            let own = Caller(visit: visit, host: "\(name):\(visit.port)", credential: owner.credential)
            let path = try await addDomain(name, owner, own, zones)
            try await signIn(tenant, at: own)

            let admin = try await visit.superAdmin()
            try await rename(tenant, admin, visit)
            // The domain is where it was.
            #expect(try await own.get("/api/v1/calls").status == 200)
            try await owner.at(visit.caller("\(tenant.subdomain)-new")).send(.delete, path).expect(204)
            try await visit.until("the gateway forgets the domain") {
                try await own.get("/api/v1/calls").status == 404
            }
        }
    }

    /// The path of the domain, which the gateway knows afterwards.
    private func addDomain(
        _ name: String, _ owner: Caller, _ own: Caller, _ zones: ZoneServer
    ) async throws -> String {
        #expect(try await own.get("/api/v1/calls").status == 404)
        let answer = try await owner.post("/api/v1/domains", ["name": .string(name)]).expect(201)
        let domain = try answer.decoded(TenancyAPI.Domain.self)
        let path = "/api/v1/domains/\(domain.id)"
        let early = try await owner.post("\(path)/verify").expect(200).decoded(TenancyAPI.Domain.self)
        #expect(early.state == .pending && early.fault == .recordMissing)
        #expect(try await own.get("/api/v1/calls").status == 404)
        zones.set(domain.record.name, .texts([domain.record.value]))
        let verified = try await owner.post("\(path)/verify").expect(200).decoded(TenancyAPI.Domain.self)
        #expect(verified.state == .verified)
        try await owner.visit.until("the gateway knows the domain") {
            try await own.get("/api/v1/calls").status == 200
        }
        // The platform's own names are nobody's.
        let below = try await owner.post("/api/v1/domains", ["name": .string("x.\(name)")])
        #expect(below.status == 201)
        try await owner.post("/api/v1/domains", ["name": "a.b.localhost"]).expect(422, "validation_failed")
        return path
    }

    /// A browser's session at the domain: its cookie is of this host, and pages of no other host renew it.
    private func signIn(_ tenant: TenantUnderTest, at own: Caller) async throws {
        let body: JSONValue = [
            "email": .string(tenant.owner.email), "password": .string(tenant.owner.password), "cookie": true,
        ]
        let signedIn = try await own.anonymous.post("/api/v1/auth/login", body).expect(200)
        let cookie = try #require(signedIn.headers["set-cookie"])
        #expect(cookie.hasPrefix("refresh=sbr_") && !cookie.contains("Domain"))
        let pair = String(cookie.prefix { $0 != ";" })
        own.visit.plant(String(pair.dropFirst("refresh=".count)))
        for (origin, status) in [(tenant.owner.caller.host, 403), (own.host, 200)] {
            let renewed = try await own.anonymous.send(
                .post, "/api/v1/auth/refresh",
                ["Cookie": pair, "Origin": "http://\(origin)", "Content-Type": "application/json"])
            #expect(renewed.status == status, "\(renewed.text)")
        }
        // What another tenant's people have is worth nothing here.
        #expect(try await own.with("x").get("/api/v1/calls").status == 401)
    }

    private func rename(_ tenant: TenantUnderTest, _ admin: Caller, _ visit: Visit) async throws {
        let path = "/api/v1/platform/tenants/\(tenant.id)"
        let effects = try await admin.get("\(path)/rename-effects").expect(200)
            .decoded(TenancyAPI.RenameEffects.self)
        #expect(effects.subdomain == tenant.subdomain && effects.domains == 1 && effects.openSessions >= 1)
        let body: JSONValue = ["subdomain": .string("\(tenant.subdomain)-new")]
        try await admin.send(
            .patch, path, ["If-Match": "*", "Content-Type": "application/json"], body: .bytes(try JSON.encode(body))
        ).expect(200)
        let (old, new) = (tenant.owner.caller, visit.caller("\(tenant.subdomain)-new"))
        try await visit.until("the gateway knows the new name") {
            try await old.at(new).get("/api/v1/calls").status == 200
        }
        try await old.get("/api/v1/calls").expect(421, "subdomain_changed")
        let page = try await old.anonymous.get("/console/?a=b", ["Accept": "text/html"])
        #expect(page.status == 308 && page.headers["location"] == "http://\(new.host)/console/?a=b")
    }
}
