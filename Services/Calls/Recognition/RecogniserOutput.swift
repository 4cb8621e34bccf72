import JSON

/// What the recogniser's child has said so far, line by line.
struct RecogniserOutput: Sendable {
    private enum Event: String, Codable, CaseIterable {
        case ready, segment, piece, done, error
    }

    private struct Line: Codable {
        struct Word: Codable {
            var start: Double
            var end: Double
            var text: String
            var probability: Double
        }

        var event: Event
        var model: String?
        var languages: Int?
        var piece: Int?
        var language: String?
        var languageProbability: Double?
        var start: Double?
        var end: Double?
        var text: String?
        var words: [Word]?
        var noSpeechProbability: Double?
        var averageLogProbability: Double?
        var compressionRatio: Double?
        var isDoubtful: Bool?
        var code: String?
        var detail: String?
    }

    private static let sureProbability = 0.7

    private(set) var segments: [RecognisedSegment] = []
    private(set) var model = ""
    /// Of the first segment of which the model is sure; that of a model that knows one language alone.
    private(set) var language: String?
    private(set) var error: EngineError?
    private(set) var isDone = false
    private(set) var isBroken = false

    private let pieceSeconds: [Double]
    private var heardSeconds = 0.0

    init(pieceSeconds: [Double]) { self.pieceSeconds = pieceSeconds }

    /// The done part of the work, by the pieces' lengths.
    var progress: Double {
        let total = pieceSeconds.reduce(0, +)
        return total > 0 ? min(1, heardSeconds / total) : 0
    }

    /// Takes one line; false when nothing after it matters.
    mutating func take(_ bytes: [UInt8]) -> Bool {
        let line: Line
        do {
            line = try JSON.decode(Line.self, from: bytes)
        } catch {
            isBroken = true  // A library printed into the protocol, or the child is not ours.
            return false
        }
        switch line.event {
        case .ready:
            model = line.model ?? ""
            if line.languages == 1 { language = "en" }
        case .segment: add(line)
        case .piece:
            if let piece = line.piece, pieceSeconds.indices.contains(piece) { heardSeconds += pieceSeconds[piece] }
        case .done: isDone = true
        case .error: error = refusal(line.code)
        }
        return !isDone && error == nil
    }

    private mutating func add(_ line: Line) {
        guard let piece = line.piece, let start = line.start, let end = line.end, let text = line.text else { return }
        if line.languageProbability ?? 1 >= Self.sureProbability { language = language ?? line.language }
        segments.append(
            RecognisedSegment(
                piece: piece, start: start, end: end, text: text,
                words: (line.words ?? []).map { .init(start: $0.start, end: $0.end, text: $0.text) },
                isDoubtful: line.isDoubtful ?? false))
    }

    private func refusal(_ code: String?) -> EngineError {
        switch code {
        case "language_unsupported": .languageUnsupported
        case "local_engine_missing": .localEngineMissing
        default: .childDied("recogniser")
        }
    }
}
