import Glibc
import HTTP
import IO
import JSON
import Models
import Testing

/// Processes and the database are killed while calls come in.
@Suite(.timeLimit(.minutes(20)), .serialized) struct ChaosTests {
    /// `JOURNEY_LOAD=1000` for a longer look.
    private static let total = getenv("JOURNEY_LOAD").flatMap { Int(String(cString: $0)) } ?? 200

    @Test func `nothing that was acknowledged is lost when processes and the database are killed`() async throws {
        try await ScriptedRecogniser.with { recogniser in
            try await SuiteUnderTest.visit(recogniser.settings) { visit in
                visit.plant("planted-provider-key", "2025550143")
                let tenant = try await TenantUnderTest.make(visit, plan: .enterprise)
                let load = Load(tenant.owner.caller, total: Self.total)
                let killing = visit.loop.spawn { () async -> Result<Void, any Error> in
                    do {
                        try await Self.kill(visit, load)
                        return .success(())
                    } catch {
                        load.stop()
                        return .failure(error)
                    }
                }
                try await load.run(workers: 8)
                load.stop()
                try await killing.value.get()
                #expect(load.acknowledged.count == Self.total)
                #expect(load.failures > 0, "nothing was noticed of the kills")
                try await Self.checkAll(visit, tenant.owner.caller, load)
            }
        }
    }

    /// Kills one after another, each a little further on, and starts each again as a supervisor would.
    private static func kill(_ visit: SuiteVisit, _ load: Load) async throws {
        let victims: [ServiceName?] = [
            .calls, .gateway, nil, .tenancy, .sessions, .messaging, .calendar, .billing, .calls,
        ]
        for (index, victim) in victims.enumerated() {
            await load.waitFor(total * (index + 1) / (victims.count + 2))
            guard let victim else {
                try await visit.suite.restartDatabase()
                continue
            }
            try await visit.suite.kill(victim)
            try await visit.suite.start(victim)
        }
    }

    private static func checkAll(_ visit: SuiteVisit, _ owner: Caller, _ load: Load) async throws {
        var calls: [CallsAPI.CallSummary] = []
        try await visit.until("every pipeline has finished", within: .seconds(600)) {
            calls = try await all(owner)
            return calls.allSatisfy { $0.processing.stage == .analysed || $0.processing.stage == .failed }
        }
        #expect(calls.count == total)
        #expect(Set(calls.map(\.id)) == Set(load.acknowledged.keys))
        #expect(Set(calls.compactMap(\.externalID)) == Set((0..<total).map { "load-\($0)" }))
        let failed = calls.filter { $0.processing.stage == .failed }
        #expect(failed.isEmpty, "\(failed.first.map { "\($0.processing)" } ?? "")")
        var different = 0
        for (id, number) in load.acknowledged {
            let recording = try await owner.get("/api/v1/calls/\(id)/recording").expect(200)
            if recording.bytes != Tone.wave(number) { different += 1 }
        }
        #expect(different == 0)
        let one = try await owner.call(try #require(calls.first).id)
        #expect(one.transcript?.segments.map(\.text) == [ScriptedRecogniser.words])
    }

    /// Every call of the tenant, page by page.
    private static func all(_ owner: Caller) async throws -> [CallsAPI.CallSummary] {
        var calls: [CallsAPI.CallSummary] = []
        var target: String? = "/api/v1/calls?limit=100"
        while let here = target {
            let page = try await owner.get(here).expect(200).decoded(Page<CallsAPI.CallSummary>.self)
            calls += page.data
            target = page.nextCursor.map { "/api/v1/calls?limit=100&cursor=\($0)" }
        }
        return calls
    }

    @Test func `without tenancy whoever is signed in goes on working`() async throws {
        try await SuiteUnderTest.visit([:]) { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let owner = tenant.owner.caller
            let key = try await tenant.key([.callsRead, .callsWrite])
            let first = try await key.createCall()
            try await visit.suite.stop(.tenancy)

            let login: JSONValue = [
                "email": .string(tenant.owner.email), "password": .string(tenant.owner.password),
            ]
            let refused = try await owner.anonymous.post("/api/v1/auth/login", login)
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] != nil)
            try await owner.upload(Tone.wave(1), to: first.id).expect(202)
            let second = try await key.createCall()
            #expect(Set([first.id, second.id]) == Set(try await Self.all(owner).map(\.id)))

            // What it was told of tenants and keys it finds again in its folder.
            try await visit.suite.stop(.calls)
            try await visit.suite.start(.calls)
            try await visit.until("calls serves without tenancy") {
                try await owner.get("/api/v1/calls/\(second.id)").status == 200
            }
            _ = try await owner.createCall()

            try await visit.suite.start(.tenancy)
            try await visit.until("people can sign in again") {
                try await owner.anonymous.post("/api/v1/auth/login", login).status == 200
            }
        }
    }
}
