import Models

/// What engines are asked for calls of a tenant: nothing of what is switched off.
struct EngineWork: Sendable {
    var stages: Set<UsageStage>
    /// The parts of an analysis.
    var features: Set<AnalysisFeature>
    /// By which engine; every stage by the same where somebody has named one.
    var engine: EngineChoice?
    /// The tenant's own choice.
    var settings = EffectiveSettings()

    func choice(_ stage: UsageStage) -> EngineChoice { engine ?? StageGate.choice(stage, settings) }
}

extension Set<AnalysisFeature> {
    /// Whether anything is left that is not counted here: words of trackers are.
    var askEngines: Bool { !isSubset(of: [.trackers]) }
}
