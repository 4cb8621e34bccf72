/// A stretch of a channel's sound that stands in a piece, both counted in frames of 16 kHz.
package struct AudioSpan: Hashable, Sendable {
    /// Where it begins in the piece.
    package var pieceStart: Int
    /// Where it begins in the recording.
    package var start: Int
    package var count: Int

    package init(pieceStart: Int, start: Int, count: Int) {
        self.pieceStart = pieceStart
        self.start = start
        self.count = count
    }
}

/// About a minute of one channel with the long silences taken out: what a recogniser is given at once.
package struct AudioPiece: Sendable {
    package let channel: Int
    /// From 0, in each channel.
    package let index: Int
    /// In order, without gaps in the piece; at least one.
    package let spans: [AudioSpan]
    /// Mono, 16 kHz, in -1...1.
    package let samples: [Float]
}
