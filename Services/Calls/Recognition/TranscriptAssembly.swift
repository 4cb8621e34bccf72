import Models

/// What an engine heard in one piece; times are seconds from the piece's beginning.
struct RecognisedSegment: Sendable, Equatable {
    struct Word: Sendable, Equatable {
        var start: Double
        var end: Double
        /// Empty where only the time is known.
        var text = ""
    }

    var piece: Int
    var start: Double
    var end: Double
    var text: String
    /// Times of the words of the text in order; empty where the engine gives none.
    var words: [Word] = []
    var isDoubtful = false
}

/// Puts together what was heard in the pieces: times of the recording, speakers by channel, one order, numbers from 0.
struct TranscriptAssembly {
    /// Thresholds of Whisper's authors: a segment beyond one of them is kept and marked.
    static func isDoubtful(
        noSpeechProbability: Double, averageLogProbability: Double, compressionRatio: Double
    ) -> Bool {
        noSpeechProbability > 0.6 || averageLogProbability < -1 || compressionRatio > 2.4
    }

    let manifest: DecodedManifest
    let agentChannel: Int?

    func segments(of recognised: [RecognisedSegment]) -> [Transcript.Segment] {
        var placed: [Transcript.Segment] = []
        for segment in recognised where manifest.pieces.indices.contains(segment.piece) {
            let piece = manifest.pieces[segment.piece]
            for part in PieceTimeline(piece).place(segment) {
                placed.append(
                    Transcript.Segment(
                        id: 0, channel: piece.channel, speaker: speaker(on: piece.channel),
                        startSeconds: TranscriptAssembly.rounded(part.start),
                        endSeconds: TranscriptAssembly.rounded(part.end), text: part.text,
                        isDoubtful: segment.isDoubtful, words: part.words))
            }
        }
        placed.sort { ($0.startSeconds, $0.channel, $0.endSeconds) < ($1.startSeconds, $1.channel, $1.endSeconds) }
        for index in placed.indices { placed[index].id = index }
        return placed
    }

    private func speaker(on channel: Int) -> Speaker {
        guard manifest.separateChannels == 2, let agentChannel else { return .unknown }
        return channel == agentChannel ? .agent : .customer
    }

    /// Milliseconds are more than any engine hears.
    private static func rounded(_ seconds: Double) -> Double { (seconds * 1_000).rounded() / 1_000 }
}
