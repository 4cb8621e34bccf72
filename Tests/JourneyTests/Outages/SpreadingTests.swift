import HTTP
import HTTPClient
import JSON
import Models
import Testing

/// What tenancy commits, every process knows soon; a second is promised, and more is allowed on a busy machine: without the
/// change feed it would be known after minutes, or never.
@Suite(.timeLimit(.minutes(20))) struct SpreadingTests {
    private static let limit = Duration.seconds(30)

    /// One path of each process that has routes for people; the gateway's by its own listener.
    private static let paths: [(service: ServiceName, target: String)] = [
        (.tenancy, "/api/v1/users"), (.calls, "/api/v1/calls"),
    ]

    /// Waits until each process answers as it should.
    private static func spread(
        _ visit: SuiteVisit, _ status: Int, as caller: Caller, in tenant: TenantID
    ) async throws {
        for (service, target) in paths {
            let token = try await visit.serviceToken(of: .gateway, at: service)
            try await visit.until("\(service.rawValue) answers \(status)", within: limit) {
                try await visit.status(of: target, at: service, as: caller, in: tenant, gateway: token) == status
            }
            try await visit.until("the gateway answers \(status) for \(target)", within: limit) {
                try await caller.get(target).status == status
            }
        }
    }

    @Test func `a sign-out ends the session at every process`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let (owner, agent) = (tenant.owner.caller, try await tenant.person(.agent, visit).caller)
            try await Self.spread(visit, 200, as: owner, in: tenant.id)
            try await owner.post("/api/v1/auth/logout").expect(204)
            try await Self.spread(visit, 401, as: owner, in: tenant.id)
            try await owner.anonymous.post(
                "/api/v1/auth/refresh", ["refresh_token": .string(tenant.owner.refreshToken)]
            ).expect(401)
            // Nobody else's session ends with it, and the person may sign in again.
            try await agent.get("/api/v1/calls").expect(200)
            let again = try await owner.anonymous.post(
                "/api/v1/auth/login",
                ["email": .string(tenant.owner.email), "password": .string(tenant.owner.password)]
            ).expect(200).decoded(TenancyAPI.SignedIn.self)
            visit.plant(again.accessToken, again.refreshToken)
            try await owner.with(again.accessToken).get("/api/v1/calls").expect(200)
        }
    }

    @Test func `a revoked key ends at every process`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let key = try await tenant.key([.callsRead])
            try await key.get("/api/v1/calls").expect(200)
            let owner = tenant.owner.caller
            let keys = try await owner.get("/api/v1/api-keys").expect(200).decoded(Page<TenancyAPI.APIKey>.self)
            let id = try #require(keys.data.first).id
            let version = try await owner.get("/api/v1/api-keys/\(id)").expect(200).headers["etag"]
            try await owner.delete("/api/v1/api-keys/\(id)", ifMatch: version).expect(204)
            try await visit.until("the key is refused", within: Self.limit) {
                try await key.get("/api/v1/calls").status == 401
            }
        }
    }

    @Test func `a plan with its limits is in force at every process`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let (owner, admin) = (tenant.owner.caller, try await visit.superAdmin())
            let plan = #"{"plan": "enterprise", "limits": {"burst": 1999, "storage_bytes": 123456789}}"#
            try await admin.send(
                .patch, "/api/v1/platform/tenants/\(tenant.id)",
                ["Content-Type": "application/json", "If-Match": "*"], body: .bytes(Array(plan.utf8))
            ).expect(200)
            try await visit.until("the gateway has the burst", within: Self.limit) {
                try await owner.get("/api/v1/users").headers["ratelimit-policy"]?.contains("q=1999;") == true
            }
            try await visit.until("calls has the storage", within: Self.limit) {
                try await owner.get("/api/v1/recordings/storage").expect(200).decoded(CallsAPI.Storage.self).limitBytes
                    == 123_456_789
            }
            try await visit.until("tenancy has the features", within: Self.limit) {
                try await owner.get("/api/v1/onboarding").expect(200).decoded(TenancyAPI.Onboarding.self).features
                    .contains(.singleSignOn)
            }
        }
    }

    @Test func `a suspension and its end are seen by every process`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let (owner, admin) = (tenant.owner.caller, try await visit.superAdmin())
            try await Self.spread(visit, 200, as: owner, in: tenant.id)
            try await admin.post("/api/v1/platform/tenants/\(tenant.id)/suspend").expect(200)
            try await Self.spread(visit, 403, as: owner, in: tenant.id)
            try await owner.get("/api/v1/calls").expect(403, "tenant_suspended")
            let signedIn = try await owner.anonymous.post(
                "/api/v1/auth/login",
                ["email": .string(tenant.owner.email), "password": .string(tenant.owner.password)]
            ).expect(200).decoded(TenancyAPI.SignedIn.self)
            visit.plant(signedIn.accessToken, signedIn.refreshToken)
            try await owner.with(signedIn.accessToken).get("/api/v1/calls").expect(403, "tenant_suspended")
            try await admin.post("/api/v1/platform/tenants/\(tenant.id)/resume").expect(200)
            try await Self.spread(visit, 200, as: owner.with(signedIn.accessToken), in: tenant.id)
        }
    }
}
