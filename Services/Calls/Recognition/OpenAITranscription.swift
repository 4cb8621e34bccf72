/// An answer of `/audio/transcriptions`, in any of its forms.
struct OpenAITranscription: Codable, Sendable {
    struct Segment: Codable, Sendable {
        var start: Double
        var end: Double
        var text: String
        var avgLogprob: Double?
        var compressionRatio: Double?
        var noSpeechProb: Double?
    }

    struct Word: Codable, Sendable {
        var word: String
        var start: Double
        var end: Double
    }

    /// By time (Whisper) or by tokens (the others).
    struct Usage: Codable, Sendable {
        var seconds: Double?
        var inputTokens: Int?
        var outputTokens: Int?
    }

    var text: String
    /// An English name, not a code.
    var language: String?
    var segments: [Segment]?
    var words: [Word]?
    var usage: Usage?

    func segments(of piece: DecodedManifest.Piece) -> [RecognisedSegment] {
        guard let segments else {
            // Text without times: it was said somewhere in the piece.
            return [RecognisedSegment(piece: piece.id, start: 0, end: piece.durationSeconds, text: text)]
        }
        let heard = (words ?? []).map { RecognisedSegment.Word(start: $0.start, end: $0.end, text: $0.word) }
        let inOrder = SpokenWord.share(heard, among: segments.map(\.text))
        return segments.enumerated().map { index, segment in
            RecognisedSegment(
                piece: piece.id, start: segment.start, end: segment.end, text: segment.text,
                words: inOrder?[index] ?? Self.words(of: segment, heard),
                isDoubtful: TranscriptAssembly.isDoubtful(
                    noSpeechProbability: segment.noSpeechProb ?? 0, averageLogProbability: segment.avgLogprob ?? 0,
                    compressionRatio: segment.compressionRatio ?? 0))
        }
    }

    func engineUsage(of piece: DecodedManifest.Piece) -> EngineUsage {
        var result = EngineUsage()
        result.requests = 1
        result.audioSeconds = usage?.seconds ?? piece.durationSeconds
        result.inputTokens = usage?.inputTokens ?? 0
        result.outputTokens = usage?.outputTokens ?? 0
        return result
    }

    /// The words whose middle lies in the segment, where their letters do not say which segment they are of.
    private static func words(
        of segment: Segment, _ heard: [RecognisedSegment.Word]
    ) -> [RecognisedSegment.Word] {
        heard.filter { word in
            let middle = (word.start + word.end) / 2
            return middle >= segment.start && middle < segment.end
        }
    }
}
