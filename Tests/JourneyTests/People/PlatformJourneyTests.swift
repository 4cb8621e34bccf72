import HTTP
import JSON
import Models
import Postgres
import Testing

/// What whoever runs the platform sees of it, and who finds the way back to their company's host.
@Suite(.timeLimit(.minutes(20))) struct PlatformJourneyTests {
    @Test func `super admins see what a tenant uses of every service, and the platform in numbers`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let admin = try await visit.superAdmin()
            let call: CallsAPI.Call = try await tenant.owner.caller.post("/api/v1/calls", Caller.callBody())
                .expect(201).decoded()
            try await tenant.owner.caller.upload(Tone.wave(61), to: call.id).expect(202)
            try await visit.until("calls tells what the tenant uses") {
                let usage = try await admin.get("/api/v1/platform/tenants/\(tenant.id)/usage").expect(200)
                    .decoded(TenancyAPI.TenantUsage.self)
                #expect(usage.activeUsers == 1)
                guard let calls = usage.calls else { return false }
                return calls.calls == 1 && calls.recordings == 1 && calls.recordingBytes > 0
            }
            let stats = try await admin.get("/api/v1/platform/stats").expect(200)
                .decoded(TenancyAPI.PlatformStats.self)
            #expect(stats.tenants.active >= 1 && stats.people.signedInToday >= 1 && stats.people.openSessions >= 1)
            try await tenant.owner.caller.get("/api/v1/platform/stats").expect(404)
        }
    }

    /// How many such letters messaging has.
    private func letters(_ visit: SuiteVisit) async throws -> Int {
        let suite = visit.suite
        return try await suite.blocking {
            let rows = try suite.databases.superuser(.messaging).rows(
                "SELECT count(*)::text FROM mails WHERE kind = 'find_my_tenant'")
            return Int(rows.first?.first.flatMap(\.self) ?? "") ?? 0
        }
    }

    @Test func `whoever has forgotten their host is written to`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let person = try await tenant.person(.agent, visit)
            let before = try await letters(visit)
            let app = visit.caller("app")
            try await app.post("/api/v1/auth/find-tenants", ["email": .string(person.email)]).expect(204)
            try await visit.until("the letter is with messaging") {
                try await letters(visit) > before
            }
            try await tenant.owner.caller.post("/api/v1/auth/find-tenants", ["email": .string(person.email)])
                .expect(404)
        }
    }
}
