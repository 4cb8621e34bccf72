import HTTP
import IO
import JSON
import Models
import Postgres
import Telemetry
import Testing
import WebTestSupport

@testable import Calls

struct CostTests {
    private func usage(of call: CallID, _ stage: UsageStage, micros: Int64, agent: UserID? = nil) -> StageUsage {
        var used = EngineUsage()
        used.requests = 1
        used.audioSeconds = 60
        used.inputTokens = 100
        return StageUsage(
            callID: call, agentID: agent, origin: .live, isTest: false, stage: stage, engine: .openAI, model: "m",
            isSuccess: true, usage: used, elapsedSeconds: 1, costMicros: micros, costBasis: .prices)
    }

    private func held(_ server: CallsServer) -> HeldCalls {
        HeldCalls(
            store: HeldCallStore(database: server.database),
            gate: StageGate(costs: CostStore(database: server.database), knowledge: server.trust.knowledge),
            pricing: EnginePricing(transcriber: .openAI, analyzer: .openAI),
            logger: Logger(service: "tests", level: .error))
    }

    @Test func `costs are kept by call and summed by day, agent, stage and engine`() async throws {
        try await CallsServer.with { server in
            let (call, agent) = (try await server.createCall().id, UserID.make())
            let costs = CostStore(database: server.database)
            try await costs.record(usage(of: call, .transcription, micros: 6_000, agent: agent), in: server.tenant)
            try await costs.record(usage(of: call, .transcription, micros: 6_000, agent: agent), in: server.tenant)
            try await costs.record(usage(of: call, .analysis, micros: 50_000), in: server.tenant)
            let own = try await server.send(.get, "/api/v1/calls/\(call)/costs").decoded(CallsAPI.CallCosts.self)
            #expect(own.costMicros == 62_000 && own.data.count == 3)
            for (grouping, keys) in [
                ("stage", ["analysis", "transcription"]), ("agent", [nil, agent.description]), ("engine", ["openai"]),
            ] {
                let answer = try await server.send(.get, "/api/v1/calls/costs?by=\(grouping)")
                let found = try answer.decoded(CallsAPI.Costs.self)
                #expect(found.data.map(\.key) == keys)
                #expect(found.costMicros == 62_000 && found.budget.spentMicros == 62_000)
                #expect(found.budget.limitMicros == nil && !found.budget.isReached)
            }
            let days = try await server.send(.get, "/api/v1/calls/costs").decoded(CallsAPI.Costs.self)
            #expect(days.data.map(\.key) == [days.toDate.jsonText])
            #expect(try await server.send(.get, "/api/v1/calls/costs", as: .user(.agent)).status == 403)
            #expect(try await server.send(.get, "/api/v1/calls/\(call)/costs", as: .user(.agent)).status == 404)
            let told = try await server.database.values(
                "SELECT count(*) FROM outbox_events WHERE type = 'call.usage_recorded'", as: Int.self)
            #expect(told == [3])
        }
    }

    @Test func `super admins see what engines cost over all tenants, by day, tenant, stage and engine`() async throws {
        try await CallsServer.with { server in
            let (costs, other) = (CostStore(database: server.database), server.trust.otherTenant)
            var old = usage(of: .make(), .analysis, micros: 9)
            old.usedAt = .now() - .seconds(40 * 86_400)
            try await costs.record(old, in: server.tenant)
            try await costs.record(usage(of: .make(), .transcription, micros: 6_000), in: server.tenant)
            for _ in 0..<2 { try await costs.record(usage(of: .make(), .analysis, micros: 50_000), in: other) }
            let today = LocalDate(daysSince1970: Int(Timestamp.now().seconds / 86_400))
            let days = "from_date=\(today.adding(days: -1).jsonText)&to_date=\(today.adding(days: 1).jsonText)"
            let operation = TestCaller.superAdmin([.operation])
            func sums(_ query: String) async throws -> CallsAPI.PlatformCosts {
                let answer = try await server.send(
                    .get, "/api/v1/platform/costs?\(query)", as: operation, in: .platform)
                #expect(answer.status == 200, "\(String(decoding: answer.bytes, as: UTF8.self))")
                return try answer.decoded()
            }
            for (grouping, keys, micros) in [
                ("tenant", [other.description, server.tenant.description], [100_000, 6_000]),
                ("stage", ["analysis", "transcription"], [100_000, 6_000]), ("engine", ["openai"], [106_000]),
            ] as [(String, [String], [Int64])] {
                let found = try await sums("by=\(grouping)&\(days)")
                #expect(found.data.map(\.key) == keys && found.data.map(\.costMicros) == micros, "\(grouping)")
                #expect(found.costMicros == 106_000)
            }
            let year = try await sums("from_date=\(today.adding(days: -200).jsonText)&to_date=\(today.jsonText)")
            #expect(year.data.count >= 2 && year.data.first?.costMicros == 9)
            #expect(year.data.map { $0.key ?? "" } == year.data.map { $0.key ?? "" }.sorted())
            let path = "/api/v1/platform/costs"
            #expect(try await server.send(.get, path).status == 404)
            let long = try await server.send(
                .get, "\(path)?from_date=2020-01-01&to_date=2026-01-01", as: operation, in: .platform)
            #expect(long.status == 400)
        }
    }

    @Test func `a used-up budget holds calls visibly, and a higher one lets them go on`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let recording = Recording.sample(of: call.id)
            _ = try await RecordingStore(database: server.database).create(recording, .whenAsked, in: server.tenant)
            server.trust.knowledge.set(Settings.aiBudget, 1, of: server.tenant)
            let costs = CostStore(database: server.database)
            try await costs.record(usage(of: call.id, .analysis, micros: 1_000_000), in: server.tenant)
            let gate = held(server).gate
            await #expect(throws: StageHeld.self) {
                try await gate.check(.transcription, by: .openAI, in: server.tenant)
            }
            // What costs nothing goes on.
            try await gate.check(.transcription, by: .local, in: server.tenant)
            let pipeline = PipelineStore(database: server.database)
            _ = try await pipeline.noteFailure(
                call.id, code: StageHeld.budgetExceeded.code, detail: StageHeld.budgetExceeded.detail, isFinal: false,
                in: server.tenant)
            let waiting = try await server.get(call.id)
            #expect(waiting.processing.stage == .recordingStored)
            #expect(waiting.processing.error?.code == "budget_exceeded")
            let budget = try await server.send(.get, "/api/v1/calls/costs").decoded(CallsAPI.Costs.self).budget
            #expect(budget.isReached && budget.limitMicros == 1_000_000 && budget.heldCalls == 1)
            try await held(server).run()
            #expect(try await server.get(call.id).processing.error?.code == "budget_exceeded")
            server.trust.knowledge.set(Settings.aiBudget, 2, of: server.tenant)
            try await held(server).run()
            #expect(try await server.get(call.id).processing.error == nil)
            let jobs = try await server.database.values(
                "SELECT kind FROM jobs WHERE tenant_id = \(server.tenant) AND subject_id = \(call.id)",
                as: String.self)
            #expect(jobs == [TranscribeCallJob.kind])
            try await held(server).run()
            let again = try await server.database.value(
                "SELECT count(*) FROM jobs WHERE subject_id = \(call.id)", as: Int.self)
            #expect(again == 1)
        }
    }

    @Test func `an estimate says what an action would cost, and whether the budget bears it`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall()
            let path = "/api/v1/calls/estimates"
            func estimate(_ json: String) async throws -> CallsAPI.CostEstimate {
                let answer = try await server.sendJSON(.post, path, json)
                #expect(answer.status == 200)
                return try answer.decoded()
            }
            let free = try await estimate("{\"calls\": 10, \"stages\": [\"transcription\"]}")
            #expect(free.costMicros == 0 && free.costBasis == .free && !free.exceedsBudget)
            let dear = try await estimate(
                "{\"call_ids\": [\"\(call.id)\"], \"stages\": [\"transcription\", \"analysis\"], \"engine\": \"openai\"}"
            )
            // A minute of speech and one analysis, by the published prices.
            #expect(dear.calls == 1 && dear.audioSeconds == 60)
            #expect(dear.costMicros == 56_000 && dear.costBasis == .published)
            server.trust.knowledge.set(Settings.aiBudget, 1, of: server.tenant)
            let many = try await estimate("{\"calls\": 1000, \"stages\": [\"analysis\"], \"engine\": \"openai\"}")
            #expect(many.exceedsBudget && many.budgetLeftMicros == 1_000_000)
            #expect(try await server.sendJSON(.post, path, "{\"stages\": [\"analysis\"]}").status == 422)
        }
    }

    @Test func `what is switched off is not in an estimate`() async throws {
        var prices = OpenAIPrices()
        (prices.audioMinuteMicros, prices.millionInputTokensMicros) = (6_000, 150_000)
        prices.millionOutputTokensMicros = 600_000
        let pricing = EnginePricing(transcriber: .openAI, analyzer: .openAI, prices: prices)
        func micros(_ features: Set<AnalysisFeature>, _ pricing: EnginePricing) -> Int64 {
            pricing.estimate(EngineWork(stages: [.analysis], features: features), calls: 1_000, seconds: 60_000).micros
        }
        let all = Set(AnalysisFeature.allCases)
        let parts = [all, all.subtracting([.quality]), [.summary, .topics], [.summary]].map { micros($0, pricing) }
        #expect(parts == parts.sorted(by: >) && Set(parts).count == 4)
        // Words of trackers are found without an engine; the published price is the same for whatever is asked.
        #expect(micros([.trackers], pricing) == 0 && micros([], pricing) == 0)
        let published = EnginePricing(transcriber: .openAI, analyzer: .openAI)
        #expect(micros([.summary], published) == micros(all, published) && micros([.trackers], published) == 0)
        try await CallsServer.with { server in
            func estimate() async throws -> Int64 {
                try await server.sendJSON(
                    .post, "/api/v1/calls/estimates",
                    #"{"calls": 10, "audio_seconds": 600, "stages": ["transcription", "analysis"], "engine": "openai"}"#
                ).decoded(CallsAPI.CostEstimate.self).costMicros
            }
            #expect(try await estimate() == 560_000)
            for feature in AnalysisFeature.allCases {
                let key = try #require(Settings.analysisFeatures[feature])
                server.trust.knowledge.set(key, false, of: server.tenant)
            }
            #expect(try await estimate() == 60_000)
            server.trust.knowledge.switchOff([.transcription], of: server.tenant)
            #expect(try await estimate() == 0)
        }
    }

    @Test func `usage is priced by the operator, else as published, else it is said to be unknown`() {
        var usage = EngineUsage()
        usage.requests = 1
        usage.audioSeconds = 120
        let published = EnginePricing(transcriber: .openAI, analyzer: .openAI)
        #expect(published.cost(of: usage, by: .openAI, for: .transcription) == (12_000, .published))
        #expect(published.cost(of: usage, by: .local, for: .transcription) == (0, .free))
        let own = EnginePricing(isPublic: false)
        #expect(own.cost(of: usage, by: .openAI, for: .analysis) == (0, .unknown))
        usage.costMicros = 7
        #expect(own.cost(of: usage, by: .openAI, for: .analysis) == (7, .prices))
    }
}
