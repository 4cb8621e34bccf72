/// How the samples are coded inside of the container.
package enum AudioCodec: String, CaseIterable, Sendable {
    case pcm
    case float
    case mulaw
    case alaw
    case adpcm
    case gsm
    case flac
    case vorbis
    case opus
    case mp3
}

/// What the header of a recording says about it, after the limits were checked.
package struct AudioFormat: Hashable, Sendable {
    /// Lowest and highest rate that is believed: telephone lines have 8 kHz, studios 192 kHz.
    package static let sampleRates = 4_000...192_000

    /// A telephone call has two ends; conferences are recorded as one or two channels as well.
    package static let channelCounts = 1...2

    package let container: AudioContainer
    package let codec: AudioCodec
    package let sampleRate: Int
    package let channels: Int

    /// Frames by the header, which a truncated or forged file does not hold; nil where the header does not say.
    package let declaredFrames: Int?

    /// Length by the header; ``DecodedRecording/durationSeconds`` is the one that was counted.
    package var declaredSeconds: Double? { declaredFrames.map { Double($0) / Double(sampleRate) } }
}
