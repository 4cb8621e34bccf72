import CSndfile

/// What became known of a recording by reading it once, from beginning to end.
package struct DecodedRecording: Sendable {
    package let format: AudioFormat
    /// Counted, not believed from the header.
    package let durationSeconds: Double
    /// One per channel of the file.
    package let peaks: [[WaveformPeaks.Column]]
    /// Pieces that were handed on, of all channels.
    package let pieceCount: Int
    /// Two channels that carry the same sound: a mono call in a stereo file, whose speakers cannot be told apart.
    ///
    /// The pieces of channel 1 then repeat those of channel 0.
    package let hasIdenticalChannels: Bool
}

/// Reads a recording once in constant memory: resamples each channel to 16 kHz, cuts it into pieces, draws its waveform.
package struct RecordingDecoder {
    package var pieceSeconds = 60
    package var peakCount = 1_000
    /// A limit to what a small file can expand to; a day's conference is cut by its recorder.
    package var maximumSeconds = 12 * 3_600

    private static let blockFrames = 8_192

    package init() {}

    package func decode(
        path: String, emit: (AudioPiece) throws(AudioError) -> Void
    ) throws(AudioError) -> DecodedRecording {
        var reader = try AudioReader(path: path)
        let format = reader.format
        var channels: [ChannelDecoder] = []
        for channel in 0..<format.channels {
            channels.append(
                try ChannelDecoder(
                    channel: channel, rate: format.sampleRate, blockFrames: RecordingDecoder.blockFrames,
                    pieceSeconds: pieceSeconds, peakCount: peakCount))
        }
        var block = [Float](repeating: 0, count: RecordingDecoder.blockFrames * format.channels)
        var frames = 0
        var likeness = ChannelLikeness()
        while true {
            let count = reader.read(into: &block)
            guard count > 0 else { break }
            frames += count
            guard frames <= maximumSeconds * format.sampleRate else { throw .tooLong }
            if format.channels == 2 { likeness.add(block[..<(count * 2)]) }
            for channel in channels { try channel.add(block, frames: count, of: format.channels, emit: emit) }
        }
        guard frames > 0 else { throw .empty }
        for channel in channels { try channel.finish(emit: emit) }
        return DecodedRecording(
            format: format, durationSeconds: Double(frames) / Double(format.sampleRate),
            peaks: channels.map { $0.peaks.finish() }, pieceCount: channels.reduce(0) { $0 + $1.pieceCount },
            hasIdenticalChannels: format.channels == 2 && likeness.isSame)
    }
}

/// One channel's resampler, waveform and cutter.
private final class ChannelDecoder {
    private let channel: Int
    private let resampler: Resampler
    private let cutter: PieceCutter
    private var mono: [Float]
    var peaks: WaveformPeaks
    private(set) var pieceCount = 0

    init(channel: Int, rate: Int, blockFrames: Int, pieceSeconds: Int, peakCount: Int) throws(AudioError) {
        self.channel = channel
        resampler = try Resampler(inputRate: rate, blockLength: blockFrames)
        cutter = PieceCutter(channel: channel, pieceSeconds: pieceSeconds)
        mono = [Float](repeating: 0, count: blockFrames)
        peaks = WaveformPeaks(count: peakCount)
    }

    func add(
        _ block: [Float], frames: Int, of channels: Int, emit: (AudioPiece) throws(AudioError) -> Void
    ) throws(AudioError) {
        block.withUnsafeBufferPointer { interleaved in
            mono.withUnsafeMutableBufferPointer { mono in
                audio_pick(interleaved.baseAddress, frames, Int32(channels), Int32(channel), mono.baseAddress)
            }
        }
        try pass(frames, isLast: false, emit: emit)
    }

    func finish(emit: (AudioPiece) throws(AudioError) -> Void) throws(AudioError) {
        try pass(0, isLast: true, emit: emit)
        try cutter.finish { (piece) throws(AudioError) in
            pieceCount += 1
            try emit(piece)
        }
    }

    private func pass(
        _ frames: Int, isLast: Bool, emit: (AudioPiece) throws(AudioError) -> Void
    ) throws(AudioError) {
        try resampler.process(mono, count: frames, isLast: isLast) { (output) throws(AudioError) in
            peaks.add(output)
            try cutter.add(output) { (piece) throws(AudioError) in
                pieceCount += 1
                try emit(piece)
            }
        }
    }
}

/// Whether two channels differ by less than 40 dB below their sound, which codecs alone may cause.
private struct ChannelLikeness {
    private var difference = 0.0
    private var sound = 0.0

    mutating func add(_ pairs: ArraySlice<Float>) {
        pairs.withUnsafeBufferPointer { audio_compare($0.baseAddress, $0.count / 2, &difference, &sound) }
    }

    var isSame: Bool { sound > 0 && difference < sound * 0.000_1 }
}
