/// What an engine is asked to write down.
struct TranscriptionRequest: Sendable {
    var folder: DecodedFolder
    var manifest: DecodedManifest
    /// A tag of BCP 47 such as `en-US`; nil lets an engine that can find out.
    var language: String?
    /// Which channel the agent spoke on; nil where that is not known.
    var agentChannel: Int?
    /// Names and terms of the tenant that the engine should expect.
    var vocabulary: [String] = []

    /// The language without its region, in lower case: what engines know.
    var baseLanguage: String? {
        language?.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" }).first.map(String.init)
    }

    /// The part of the vocabulary that is passed on: engines read only the last few hundred tokens of a hint.
    var boundedVocabulary: [String] {
        var length = 0
        return vocabulary.prefix(100).filter { term in
            guard !term.isEmpty, term.utf8.count <= 80 else { return false }
            length += term.utf8.count + 2
            return length <= 600
        }
    }
}

/// An engine of speech recognition; its implementations are the local one and any that speaks OpenAI's protocol.
protocol Transcriber: Sendable {
    var engine: Engine { get }
    /// What it is asked with; the result says what answered.
    var model: String { get }

    /// Writes down all channels. Called on a loop, suspends there; `progress` gets the done part, 0 to 1.
    func transcribe(
        _ request: TranscriptionRequest, progress: @Sendable (Double) -> Void
    ) async throws(EngineError) -> Transcript
}
