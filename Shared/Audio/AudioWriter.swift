import CSndfile
import Glibc

/// A file of audio being written: for recoding recordings and for making some.
package struct AudioWriter: ~Copyable {
    /// The codings that can be written, each in its usual container.
    package enum Coding: CaseIterable, Sendable {
        case wav16, wavFloat, wavMulaw, wavAlaw, wavGSM, flac, oggVorbis, oggOpus, mp3

        fileprivate var format: Int32 {
            switch self {
            case .wav16: Int32(SF_FORMAT_WAV) | Int32(SF_FORMAT_PCM_16)
            case .wavFloat: Int32(SF_FORMAT_WAV) | Int32(SF_FORMAT_FLOAT)
            case .wavMulaw: Int32(SF_FORMAT_WAV) | Int32(SF_FORMAT_ULAW)
            case .wavAlaw: Int32(SF_FORMAT_WAV) | Int32(SF_FORMAT_ALAW)
            case .wavGSM: Int32(SF_FORMAT_WAV) | Int32(SF_FORMAT_GSM610)
            case .flac: Int32(SF_FORMAT_FLAC) | Int32(SF_FORMAT_PCM_16)
            case .oggVorbis: Int32(SF_FORMAT_OGG) | Int32(SF_FORMAT_VORBIS)
            case .oggOpus: Int32(SF_FORMAT_OGG) | Int32(SF_FORMAT_OPUS)
            case .mp3: Int32(SF_FORMAT_MPEG) | Int32(SF_FORMAT_MPEG_LAYER_III)
            }
        }
    }

    private let file: OpaquePointer
    private let channels: Int

    /// Creates the file anew; Opus takes only 8, 12, 16, 24 and 48 kHz, and the bits a second of each channel.
    package init(
        path: String, coding: Coding, sampleRate: Int, channels: Int, bitsPerSecond: Int? = nil
    ) throws(AudioError) {
        var header = SF_INFO()
        header.samplerate = Int32(sampleRate)
        header.channels = Int32(channels)
        header.format = coding.format
        guard sf_format_check(&header) == SF_TRUE else { throw .unsupported }
        guard let file = sf_open(path, Int32(SFM_WRITE), &header) else { throw .unwritable(errno) }
        // Without it a sample beyond ±1 wraps round to the other end.
        sf_command(file, Int32(SFC_SET_CLIPPING), nil, Int32(SF_TRUE))
        if let bitsPerSecond, coding == .oggOpus {
            // The library's scale for Opus runs from 256,000 bits at 0 to 6,000 at 1.
            var level = 1 - min(1, max(0, Double(bitsPerSecond - 6_000) / 250_000))
            sf_command(file, Int32(SFC_SET_COMPRESSION_LEVEL), &level, Int32(MemoryLayout<Double>.size))
        }
        self.file = file
        self.channels = channels
    }

    /// Appends whole frames, channels interleaved.
    package mutating func write(_ samples: [Float]) throws(AudioError) {
        precondition(samples.count.isMultiple(of: channels))
        let frames = samples.count / channels
        guard sf_writef_float(file, samples, sf_count_t(frames)) == sf_count_t(frames) else {
            throw .unwritable(errno)
        }
    }

    deinit { sf_close(file) }
}
