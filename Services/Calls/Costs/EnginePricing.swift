import Models

/// What engines cost: by the operator's prices, by the provider's published ones, or nothing.
struct EnginePricing: Sendable {
    /// Published unit costs, in millionths of a US dollar.
    enum Published {
        /// A minute of Whisper.
        static let audioMinuteMicros = 6_000.0
        /// One analysis of a call.
        static let analysisMicros = 50_000.0
        /// A minute of a call over a carrier.
        static let voiceMinuteMicros = 8_500.0
        /// A telephone number for a month.
        static let numberMonthMicros = 1_500_000.0
    }

    /// What a call without a length is taken for.
    static let usualCallSeconds = 300.0

    var transcriber = Engine.local
    var analyzer = Engine.local
    var prices = OpenAIPrices()
    /// Whether the endpoint is the provider's own, whose prices are published.
    var isPublic = true

    /// Which engine a stage would be done by.
    func engine(of stage: UsageStage, _ choice: EngineChoice) -> Engine {
        switch choice {
        case .local: .local
        case .openAI: .openAI
        case .standard: stage == .transcription ? transcriber : analyzer
        }
    }

    /// What was used has cost this much.
    func cost(of usage: EngineUsage, by engine: Engine, for stage: UsageStage) -> (micros: Int64, basis: CostBasis) {
        guard engine == .openAI, usage.requests > 0 else { return (0, .free) }
        if let micros = usage.costMicros { return (Int64(micros), .prices) }
        guard isPublic else { return (0, .unknown) }
        return (published(stage, calls: usage.requests, seconds: usage.audioSeconds), .published)
    }

    /// What work on some calls would cost.
    func estimate(_ work: EngineWork, calls: Int, seconds: Double) -> (micros: Int64, basis: CostBasis) {
        var (micros, bases): (Int64, Set<CostBasis>) = (0, [])
        for stage in work.stages {
            let part = estimate(stage, of: work, calls: calls, seconds: seconds)
            micros += part.micros
            bases.insert(part.basis)
        }
        // A sum is known no better than its least known part.
        return (micros, [CostBasis.unknown, .published, .prices].first(where: bases.contains) ?? .free)
    }

    /// A minute of speech is some two hundred tokens.
    private func estimate(
        _ stage: UsageStage, of work: EngineWork, calls: Int, seconds: Double
    ) -> (micros: Int64, basis: CostBasis) {
        guard engine(of: stage, work.choice(stage)) == .openAI else { return (0, .free) }
        var usage = EngineUsage()
        switch stage {
        case .transcription: usage.audioSeconds = seconds
        case .analysis:
            guard work.features.askEngines else { return (0, .free) }
            let question = AnalysisPart.tokens(for: work.features)
            usage.inputTokens = calls * question.asked + Int(seconds / 60 * 200)
            usage.outputTokens = calls * question.answered
        }
        if let micros = prices.cost(of: usage) { return (Int64(micros), .prices) }
        return isPublic ? (published(stage, calls: calls, seconds: seconds), .published) : (0, .unknown)
    }

    private func published(_ stage: UsageStage, calls: Int, seconds: Double) -> Int64 {
        switch stage {
        case .transcription: Int64((seconds / 60 * Published.audioMinuteMicros).rounded())
        case .analysis: Int64((Double(calls) * Published.analysisMicros).rounded())
        }
    }
}

extension EnginePricing {
    init(_ configuration: EnginesConfiguration) {
        self.init(
            transcriber: configuration.transcriber, analyzer: configuration.analyzer,
            prices: configuration.remote.prices,
            isPublic: configuration.remote.baseURL == OpenAIConfiguration.publicEndpoint)
    }
}
