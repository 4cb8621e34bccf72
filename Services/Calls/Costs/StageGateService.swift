import Jobs
import Models
import Telemetry

/// Why a stage is not begun though nothing is wrong: the call waits, visibly, and goes on by itself.
struct StageHeld: Error, Sendable {
    var code: String
    var detail: String

    static let budgetExceeded = StageHeld(
        code: "budget_exceeded", detail: "The month's budget for engines is used up; the call waits.")
    static let featureDisabled = StageHeld(
        code: "feature_disabled", detail: "The feature is switched off for this account; the call waits.")
}

/// Decides whether a stage may be begun: by the features that the tenant has, and by its budget.
///
/// Stages that run when the budget is reached are not broken off, so that it can be passed by a few calls.
struct StageGate: Sendable {
    let costs: CostStore
    let knowledge: (any TenantKnowledge)?

    /// Throws `StageHeld`.
    func check(_ stage: UsageStage, by engine: Engine, in tenant: TenantID) async throws {
        guard isOn(stage, of: tenant) else { throw StageHeld.featureDisabled }
        guard engine != .local, let limit = limitMicros(of: tenant) else { return }
        guard try await costs.spent(inMonthOf: .now(), in: tenant) < limit else { throw StageHeld.budgetExceeded }
    }

    /// Whether the tenant has the feature of a stage.
    func isOn(_ stage: UsageStage, of tenant: TenantID) -> Bool {
        let features = knowledge?.entitlements(of: tenant)?.features
        return features?.contains(stage == .transcription ? .transcription : .analysis) ?? true
    }

    /// What is asked of engines where some stages are wanted.
    func work(_ stages: Set<UsageStage>, by engine: EngineChoice? = nil, of tenant: TenantID) -> EngineWork {
        let settings = self.settings(of: tenant)
        return EngineWork(
            stages: stages.filter { isOn($0, of: tenant) }, features: settings.analysisFeatures, engine: engine,
            settings: settings)
    }

    /// Nil without a limit.
    func limitMicros(of tenant: TenantID) -> Int64? {
        let dollars = settings(of: tenant)[Settings.aiBudget]
        return dollars > 0 ? Int64(dollars) * 1_000_000 : nil
    }

    /// Which engine the tenant has chosen for a stage.
    func choice(_ stage: UsageStage, of tenant: TenantID) -> EngineChoice {
        Self.choice(stage, settings(of: tenant))
    }

    static func choice(_ stage: UsageStage, _ settings: EffectiveSettings) -> EngineChoice {
        settings[stage == .transcription ? Settings.transcriptionEngine : Settings.analysisEngine]
    }

    private func settings(of tenant: TenantID) -> EffectiveSettings {
        knowledge?.effectiveSettings(of: tenant) ?? EffectiveSettings()
    }
}

/// Lets calls go on whose budget or feature is there again.
struct ResumeHeldCallsJob: Job {
    static let kind = "resume_held_calls"
}

/// What waits, looked through tenant by tenant.
struct HeldCalls: Sendable {
    let store: HeldCallStore
    let gate: StageGate
    let pricing: EnginePricing
    let logger: Logger

    func run() async throws {
        for tenant in try await store.tenants() {
            for stage in UsageStage.allCases {
                do {
                    try await gate.check(
                        stage, by: pricing.engine(of: stage, gate.choice(stage, of: tenant)), in: tenant)
                } catch is StageHeld {
                    continue
                }
                let count = try await store.resume(stage, in: tenant)
                guard count > 0 else { continue }
                logger.info(
                    "Calls that waited go on", [.string("tenant_id", tenant.description), .int("calls", count)])
            }
        }
    }
}
