import Events
import Models
import Postgres

/// What an engine used for one stage of a call.
struct StageUsage: Sendable {
    var id = UsageID.make()
    var callID: CallID
    var agentID: UserID?
    var origin: CallOrigin
    var isTest: Bool
    var stage: UsageStage
    var engine: Engine
    var model: String
    var isSuccess: Bool
    var usage: EngineUsage
    var elapsedSeconds: Double
    var costMicros: Int64
    var costBasis: CostBasis
    var usedAt = Timestamp.now()

    /// The data of the event: figures and ids.
    struct Facts: Codable, Sendable {
        var usageID: UsageID
        var callID: CallID
        var agentID: UserID?
        var origin: CallOrigin
        var isTest: Bool
        var stage: UsageStage
        var engine: String
        var isSuccess: Bool
        var audioSeconds: Double
        var inputTokens: Int
        var outputTokens: Int
        var costMicros: Int64
        var costBasis: CostBasis
    }

    /// Told to billing, which decides what of it is charged: never history, never tests.
    var facts: Facts {
        Facts(
            usageID: id, callID: callID, agentID: agentID, origin: origin, isTest: isTest, stage: stage,
            engine: engine.rawValue, isSuccess: isSuccess, audioSeconds: usage.audioSeconds,
            inputTokens: usage.inputTokens, outputTokens: usage.outputTokens, costMicros: costMicros,
            costBasis: costBasis)
    }
}

/// Makes usages of what stages of one process have done.
struct UsageMeter: Sendable {
    let costs: CostStore
    let pricing: EnginePricing

    /// What came of a stage that began at an instant of the steady clock.
    func usage(
        of call: Call, _ stage: UsageStage, by engine: Engine, model: String, _ used: EngineUsage, isSuccess: Bool,
        since begun: ContinuousClock.Instant
    ) -> StageUsage {
        let cost = pricing.cost(of: used, by: engine, for: stage)
        let elapsed = begun.duration(to: .now).components
        return StageUsage(
            callID: call.id, agentID: call.agentID, origin: call.origin, isTest: call.isTest, stage: stage,
            engine: engine, model: model, isSuccess: isSuccess, usage: used,
            elapsedSeconds: Double(elapsed.seconds) + Double(elapsed.attoseconds / 1_000_000_000_000_000) / 1_000,
            costMicros: cost.micros, costBasis: cost.basis)
    }

    /// Runs a stage; what it used is kept though it failed.
    func run<Value>(
        _ call: Call, _ stage: UsageStage, by engine: Engine, model: String, in tenant: TenantID,
        _ body: () async throws -> Value
    ) async throws -> Value {
        let begun = ContinuousClock.now
        do {
            return try await body()
        } catch let error as EngineError {
            if let spent = error.spent, spent.requests > 0 {
                let usage = usage(
                    of: call, stage, by: engine, model: model, spent, isSuccess: false, since: begun)
                try await costs.record(usage, in: tenant)
            }
            throw error
        }
    }
}
