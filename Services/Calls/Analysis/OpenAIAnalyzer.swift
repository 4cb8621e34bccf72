import HTTPClient
import JSON
import Models

/// Has a transcript analysed by a language model, and believes only what the transcript bears out.
///
/// The model answers in a strict schema and proves each finding with words that it quotes from numbered segments; an
/// answer that quotes what nobody said is refused whole. Who spoke how long is counted here, never asked.
struct OpenAIAnalyzer: Analyzer {
    let connection: OpenAIConnection
    var engine: Engine { .openAI }
    var model: String { connection.configuration.analysisModel }

    init(client: OutboundHTTPClient, configuration: OpenAIConfiguration) {
        connection = OpenAIConnection(client: client, configuration: configuration)
    }

    func analyze(_ request: AnalysisRequest) async throws(EngineError) -> Analysis {
        // There is nothing to ask about silence, where a model would make something up, and where nothing is wanted
        // that is not found or counted here.
        guard !request.transcript.segments.isEmpty, request.features.askEngines else {
            var analysis = LocalAnalyzer.analysis(of: request)
            analysis.engine = .openAI
            analysis.model = connection.configuration.analysisModel
            return analysis
        }
        let prompt = AnalysisPrompt(request: request)
        let body = try await connection.post(
            "/chat/completions", contentType: "application/json",
            body: .bytes(try prompt.body(model: connection.configuration.analysisModel)))
        let answer: ChatAnswer
        do {
            answer = try JSON.decode(ChatAnswer.self, from: body, unknownKeys: .ignore)
        } catch {
            throw .invalidAnswer
        }
        var usage = answer.engineUsage
        usage.costMicros = connection.configuration.prices.cost(of: usage)
        do throws(EngineError) {
            let finding = try AnalysisAnswer.read(from: try answer.content(), about: request.features)
            return try AnalysisCheck(request: request).analysis(
                of: finding, model: connection.configuration.analysisModel, usage: usage)
        } catch {
            throw error.after(usage)
        }
    }
}

/// An answer of `/chat/completions`.
private struct ChatAnswer: Codable {
    struct Choice: Codable {
        var message: Message
        var finishReason: String?
    }

    struct Message: Codable {
        var content: String?
        var refusal: String?
    }

    struct Usage: Codable {
        struct Details: Codable {
            var cachedTokens: Int?
        }
        var promptTokens: Int
        var completionTokens: Int
        var promptTokensDetails: Details?
    }

    var choices: [Choice]
    var usage: Usage?

    var engineUsage: EngineUsage {
        var result = EngineUsage()
        result.requests = 1
        result.inputTokens = usage?.promptTokens ?? 0
        result.cachedInputTokens = usage?.promptTokensDetails?.cachedTokens ?? 0
        result.outputTokens = usage?.completionTokens ?? 0
        return result
    }

    /// The JSON text of a whole answer: one that was cut off is broken JSON even in strict mode.
    func content() throws(EngineError) -> [UInt8] {
        guard let choice = choices.first else { throw .invalidAnswer }
        if choice.message.refusal != nil || choice.finishReason == "content_filter" {
            throw EngineError("engine_declined", "The model declined to analyse this call.")
        }
        guard choice.finishReason != "length", let content = choice.message.content else { throw .invalidAnswer }
        return Array(content.utf8)
    }
}
