import Audio
import HTTPClient
import IO
import JSON

/// Recognises speech at an endpoint of OpenAI's protocol, piece by piece.
struct OpenAITranscriber: Transcriber {
    /// Which form of answer a model gives.
    private enum Form: String {
        /// Segments with times and probabilities: Whisper, wherever it runs.
        case verbose = "verbose_json"
        /// Text alone: the models that grew out of GPT-4o, and the ones after them.
        case plain = "json"
        /// Segments with times by speaker; the speakers' letters say nothing here, since a channel has one.
        case diarized = "diarized_json"

        init(model: String) {
            if model.hasPrefix("gpt-") {
                self = model.contains("diarize") ? .diarized : .plain
            } else {
                self = .verbose
            }
        }
    }

    let connection: OpenAIConnection
    var engine: Engine { .openAI }
    var model: String { connection.configuration.transcriptionModel }

    init(client: OutboundHTTPClient, configuration: OpenAIConfiguration) {
        connection = OpenAIConnection(client: client, configuration: configuration)
    }

    func transcribe(
        _ request: TranscriptionRequest, progress: @Sendable (Double) -> Void
    ) async throws(EngineError) -> Transcript {
        if let language = request.baseLanguage, !SpokenLanguages.isKnown(language) { throw .languageUnsupported }
        let model = connection.configuration.transcriptionModel
        var heard: [RecognisedSegment] = []
        var usage = EngineUsage()
        // By how much was said in each language that the endpoint names; it names one a piece.
        var found: [String: Int] = [:]
        for (index, piece) in request.manifest.pieces.enumerated() {
            let answer: OpenAITranscription
            do throws(EngineError) {
                answer = try await recognise(piece, of: request, model: model)
            } catch {
                usage.costMicros = connection.configuration.prices.cost(of: usage)
                throw error.after(usage)
            }
            heard += answer.segments(of: piece)
            usage.add(answer.engineUsage(of: piece))
            if let language = answer.language.flatMap(SpokenLanguages.code) {
                found[language, default: 0] += answer.text.utf8.count
            }
            progress(Double(index + 1) / Double(request.manifest.pieces.count))
        }
        usage.costMicros = connection.configuration.prices.cost(of: usage)
        let assembly = TranscriptAssembly(manifest: request.manifest, agentChannel: request.agentChannel)
        let most = found.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        return Transcript(
            language: LanguageDetector.decide(asked: request.baseLanguage, heard: most, words: heard), engine: .openAI,
            model: model, segments: assembly.segments(of: heard), usage: usage)
    }

    private func recognise(
        _ piece: DecodedManifest.Piece, of request: TranscriptionRequest, model: String
    ) async throws(EngineError) -> OpenAITranscription {
        let wav: [UInt8]
        do {
            wav = try await WorkerPool.files.run { WAVCodec.encode(try request.folder.samples(of: piece)) }
        } catch {
            throw EngineError("piece_unreadable", "The decoded sound could not be read.", isRetryable: true)
        }
        let form = Form(model: model)
        var fields = MultipartBody()
        // The name's ending tells the endpoint what the bytes are.
        fields.add("file", fileName: "piece.wav", contentType: "audio/wav", bytes: wav)
        fields.add("model", model)
        fields.add("response_format", form.rawValue)
        if let language = request.baseLanguage { fields.add("language", language) }
        switch form {
        case .verbose:
            fields.add("temperature", "0")
            fields.add("timestamp_granularities[]", "segment")
            fields.add("timestamp_granularities[]", "word")
        case .plain: break
        case .diarized: fields.add("chunking_strategy", "auto")
        }
        let vocabulary = request.boundedVocabulary
        if !vocabulary.isEmpty, form != .diarized { fields.add("prompt", vocabulary.joined(separator: ", ")) }
        let body = try await connection.post(
            "/audio/transcriptions", contentType: fields.contentType, body: fields.body)
        do {
            return try JSON.decode(OpenAITranscription.self, from: body, unknownKeys: .ignore)
        } catch {
            throw .invalidAnswer
        }
    }
}
