/// Which engine does the work.
package enum EngineChoice: String, Codable, CaseIterable, Sendable, SettingValue {
    /// The one that the operator has set for everybody.
    case standard
    /// In this installation, without a network.
    case local
    /// An endpoint of OpenAI's protocol.
    case openAI = "openai"
}

/// What somebody felt while speaking.
package enum Emotion: String, Codable, CaseIterable, Sendable {
    case joy, satisfaction, interest, surprise, confusion, anxiety, disappointment, frustration, anger, sadness
}

/// How high a risk is, for those who do not read figures.
package enum RiskLevel: String, Codable, CaseIterable, Sendable {
    case low, medium, high
}

/// What an engine was used for.
package enum UsageStage: String, Codable, CaseIterable, Sendable {
    case transcription, analysis
}

/// On what a cost rests.
package enum CostBasis: String, Codable, CaseIterable, Sendable {
    /// The operator's own prices.
    case prices
    /// The provider's published unit costs, since the operator has set none.
    case published
    /// It ran in this installation.
    case free
    /// An endpoint of the operator's without a price.
    case unknown
}

/// What became of a contest.
package enum ContestStatus: String, Codable, CaseIterable, Sendable {
    case open
    /// The score was changed, or will be by a new analysis.
    case accepted
    /// The score stays.
    case declined
}
