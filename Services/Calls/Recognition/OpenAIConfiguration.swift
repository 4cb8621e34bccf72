import Telemetry

/// An endpoint that speaks OpenAI's protocol: OpenAI's own, or a Whisper or language model server of the operator.
struct OpenAIConfiguration: Sendable {
    static let publicEndpoint = "https://api.openai.com/v1"

    /// Up to and including the version, without a slash at its end.
    var baseURL: String
    /// Nil for a server of one's own that asks for none.
    var apiKey: Secret<String>?
    var organization: String?
    var project: String?
    var transcriptionModel: String
    var analysisModel: String
    /// Of one request, the upload included.
    var timeout = Duration.seconds(300)
    /// How often one request is made at most; the waits between follow `Retry-After` or double.
    var attempts = 3
    var firstDelay = Duration.seconds(1)
    var prices = OpenAIPrices()

    init(
        baseURL: String = OpenAIConfiguration.publicEndpoint, apiKey: Secret<String>?,
        transcriptionModel: String = "whisper-1", analysisModel: String = "gpt-4o-mini"
    ) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.apiKey = apiKey
        self.transcriptionModel = transcriptionModel
        self.analysisModel = analysisModel
    }
}

/// What the operator pays, in millionths of a US dollar; zero where nothing is set.
struct OpenAIPrices: Codable, Sendable, Equatable {
    /// Whisper's published price is 6,000.
    var audioMinuteMicros = 0
    var millionInputTokensMicros = 0
    var millionCachedInputTokensMicros = 0
    var millionOutputTokensMicros = 0

    /// Nil when there is no price at all, so that "free" and "unknown" stay two things.
    func cost(of usage: EngineUsage) -> Int? {
        guard self != OpenAIPrices() else { return nil }
        let fresh = Double(max(0, usage.inputTokens - usage.cachedInputTokens))
        let tokens =
            fresh * Double(millionInputTokensMicros)
            + Double(usage.cachedInputTokens) * Double(millionCachedInputTokensMicros)
            + Double(usage.outputTokens) * Double(millionOutputTokensMicros)
        return Int((usage.audioSeconds / 60 * Double(audioMinuteMicros) + tokens / 1_000_000).rounded())
    }
}
