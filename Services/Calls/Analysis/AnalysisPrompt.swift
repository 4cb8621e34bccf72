import JSON
import Models

/// What a language model is told and asked.
struct AnalysisPrompt {
    private struct Chat: Codable {
        struct Message: Codable {
            var role: String
            var content: String
        }
        var model: String
        var messages: [Message]
    }

    /// About a hundred thousand tokens, four hours of talk: more is no call.
    private static let textLimit = 400_000

    let request: AnalysisRequest

    /// The body of the request to the model.
    func body(model: String) throws(EngineError) -> [UInt8] {
        let text = transcript
        guard text.utf8.count <= AnalysisPrompt.textLimit else {
            throw EngineError("engine_input_too_long", "The call is too long for the engine.")
        }
        let chat = Chat(
            model: model,
            messages: [
                .init(role: "system", content: "\(AnalysisPart.instructions(for: request.features))\n\n\(limits)"),
                .init(role: "user", content: "Day of the call: \(day)\n\nTranscript:\n\(text)"),
            ])
        do {
            let head = try JSON.encode(chat).dropLast()
            let format = AnalysisPart.responseFormat(for: request.features)
            return head + Array(",\"response_format\":\(format)}".utf8)
        } catch {
            // Strings alone cannot fail to encode.
            throw EngineError("engine_input_invalid", "The transcript could not be sent to the engine.")
        }
    }

    /// The tenant's rubric, and whose feelings are not looked for.
    private var limits: String {
        let emotions =
            request.looksAtAgents || !request.features.contains(.emotions)
            ? "" : "emotions: those of the customer alone; none where speakers are unknown.\n"
        guard request.features.contains(.quality) else { return emotions }
        let lines = request.rubric.categories.map { "- \($0.key): \($0.name). \($0.description)" }
        return emotions + "Rubric:\n" + lines.joined(separator: "\n")
    }

    private var transcript: String {
        request.transcript.segments.map { segment in
            // A line break inside of a segment could pass for the start of another one.
            let text = segment.text.split(whereSeparator: \.isNewline).joined(separator: " ")
            return "[\(segment.id)] \(segment.speaker.rawValue): \(text)"
        }.joined(separator: "\n")
    }

    private var day: String {
        let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        return "\(names[request.callDate.isoWeekday - 1]), \(request.callDate.jsonText)"
    }
}
