import Models

/// What an engine is asked to make something of.
struct AnalysisRequest: Sendable {
    var transcript: Transcript
    /// Of the recording, silence included.
    var durationSeconds: Double
    /// How many sides of the conversation were recorded apart.
    var separateChannels: Int
    /// The day of the call where the tenant is: what "by Friday" counts from.
    var callDate: LocalDate
    var rubric = Rubric.standard
    var trackers: [Tracker] = []
    /// Whether what agents feel is looked for too.
    var looksAtAgents = false
    /// What is looked for at all.
    var features = Set(AnalysisFeature.allCases)
}

/// An engine of call analysis; its implementations are rules in this process and any OpenAI-compatible model.
protocol Analyzer: Sendable {
    var engine: Engine { get }
    /// What it is asked with; the result says what answered.
    var model: String { get }

    func analyze(_ request: AnalysisRequest) async throws(EngineError) -> Analysis
}

extension AnalysisRequest {
    /// Why nothing can be said of who spoke how; nil when it can.
    var speakersUnavailable: Analysis.UnavailableReason? {
        if transcript.segments.isEmpty { return .noSpeech }
        if separateChannels < 2 { return .oneChannel }
        return transcript.hasKnownSpeakers ? nil : .unknownSpeakers
    }
}
