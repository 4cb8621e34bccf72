import Audio

/// What `calls decode` leaves in its folder, beside the pieces, as `decode.json`.
struct DecodedManifest: Codable, Sendable, Equatable {
    static let fileName = "decode.json"

    /// A stretch of the recording inside of a piece, in seconds.
    struct Span: Codable, Sendable, Equatable {
        var pieceStartSeconds: Double
        var startSeconds: Double
        var durationSeconds: Double
    }

    /// A file of 32-bit floats, little-endian, mono, 16 kHz: about a minute of one channel without its long silences.
    struct Piece: Codable, Sendable, Equatable {
        /// From 0 over all channels.
        var id: Int
        var channel: Int
        /// A name in the folder, never a path.
        var file: String
        var frames: Int
        /// In order, without gaps in the piece.
        var spans: [Span]

        var durationSeconds: Double { Double(frames) / Double(Resampler.outputRate) }
    }

    var contentType: String
    var codec: String
    var sampleRate: Int
    var channels: Int
    var durationSeconds: Double
    /// Two channels of the same sound: nobody can be told apart, and channel 1 has no pieces here.
    var hasIdenticalChannels: Bool
    /// For each channel, low and high in turn, each in -127...127.
    var peaks: [[Int]]
    var pieces: [Piece]

    /// What a time in a recording can be: none is longer than a month.
    static let seconds = 0.0...2_678_400

    /// Whether it could be of a recording: the process that wrote it has read a stranger's bytes and is not believed.
    var isPlausible: Bool {
        AudioFormat.channelCounts.contains(channels) && Self.seconds.contains(durationSeconds)
            && pieces.allSatisfy { piece in
                (0..<channels).contains(piece.channel) && (0..<1 << 32).contains(piece.frames)
                    && !piece.file.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
                    && piece.spans.allSatisfy { span in
                        [span.pieceStartSeconds, span.startSeconds, span.durationSeconds].allSatisfy(
                            Self.seconds.contains)
                    }
            }
    }

    /// How many sides of the conversation can be heard apart.
    var separateChannels: Int { hasIdenticalChannels ? 1 : channels }
}
