import CSndfile
import Glibc

/// A recording opened for reading, forward and block by block.
///
/// It owns the file and the decoder's state, both gone with it. It blocks on the disk and decodes bytes from strangers
/// with a C library: use it in a process of its own or on a worker thread, never on an event loop.
package struct AudioReader: ~Copyable {
    package let format: AudioFormat

    private let file: OpaquePointer
    private let descriptor: Int32

    /// Opens the file, having looked at its first bytes and at nothing else that says what it is.
    package init(path: String) throws(AudioError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(errno) }
        do {
            (file, format) = try AudioReader.start(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        sf_close(file)
        close(descriptor)
    }

    /// Reads the next frames, channels interleaved, and answers how many; 0 is the end.
    ///
    /// Floating-point files may hold anything, so what is no number becomes silence and the rest is held to ±1.
    package mutating func read(into block: inout [Float]) -> Int {
        let capacity = block.count / format.channels
        let frames = block.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return Int(sf_readf_float(file, base, sf_count_t(capacity)))
        }
        guard frames > 0 else { return 0 }
        if format.codec == .float {
            let count = frames * format.channels
            block.withUnsafeMutableBufferPointer { audio_tame($0.baseAddress, count) }
        }
        return min(frames, capacity)
    }

    private static func start(_ descriptor: Int32) throws(AudioError) -> (OpaquePointer, AudioFormat) {
        let container = try sniff(descriptor)
        var header = SF_INFO()
        guard let file = audio_open(descriptor, &header) else {
            throw sf_error(nil) == SF_ERR_UNSUPPORTED_ENCODING ? .unsupported : .malformed
        }
        do throws(AudioError) {
            return (file, try check(header, in: container))
        } catch {
            sf_close(file)
            throw error
        }
    }

    private static func sniff(_ descriptor: Int32) throws(AudioError) -> AudioContainer {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(EINVAL) }
        guard status.st_size > 0 else { throw .empty }
        var head = [UInt8](repeating: 0, count: AudioContainer.sniffLength)
        let count = pread(descriptor, &head, head.count, 0)
        guard count >= 0 else { throw .unreadable(errno) }
        guard let container = AudioContainer.sniff(head[..<count]) else { throw .unrecognised }
        return container
    }

    /// The library opens some thirty kinds of file; only those that were sniffed, with a known coding, go on.
    private static func check(_ header: SF_INFO, in container: AudioContainer) throws(AudioError) -> AudioFormat {
        let major = Int(header.format) & Int(SF_FORMAT_TYPEMASK)
        guard majors(of: container).contains(major) else { throw .unsupported }
        guard let codec = codec(of: Int(header.format) & Int(SF_FORMAT_SUBMASK), in: container) else {
            throw .unsupported
        }
        let channels = Int(header.channels)
        guard AudioFormat.channelCounts.contains(channels) else { throw .channels(channels) }
        let rate = Int(header.samplerate)
        guard AudioFormat.sampleRates.contains(rate) else { throw .sampleRate(rate) }
        // A stream without a length is reported as the largest count there is.
        let frames = header.frames > 0 && header.frames < sf_count_t.max ? Int(header.frames) : nil
        return AudioFormat(
            container: container, codec: codec, sampleRate: rate, channels: channels, declaredFrames: frames)
    }

    private static func majors(of container: AudioContainer) -> [Int] {
        switch container {
        case .wav: [Int(SF_FORMAT_WAV), Int(SF_FORMAT_WAVEX), Int(SF_FORMAT_RF64)]
        case .flac: [Int(SF_FORMAT_FLAC)]
        case .ogg: [Int(SF_FORMAT_OGG)]
        case .mp3: [Int(SF_FORMAT_MPEG)]
        }
    }

    private static func codec(of subtype: Int, in container: AudioContainer) -> AudioCodec? {
        switch subtype {
        case Int(SF_FORMAT_PCM_S8), Int(SF_FORMAT_PCM_U8), Int(SF_FORMAT_PCM_16), Int(SF_FORMAT_PCM_24),
            Int(SF_FORMAT_PCM_32):
            container == .flac ? .flac : .pcm
        case Int(SF_FORMAT_FLOAT), Int(SF_FORMAT_DOUBLE): .float
        case Int(SF_FORMAT_ULAW): .mulaw
        case Int(SF_FORMAT_ALAW): .alaw
        case Int(SF_FORMAT_IMA_ADPCM), Int(SF_FORMAT_MS_ADPCM): .adpcm
        case Int(SF_FORMAT_GSM610): .gsm
        case Int(SF_FORMAT_VORBIS): .vorbis
        case Int(SF_FORMAT_OPUS): .opus
        case Int(SF_FORMAT_MPEG_LAYER_I), Int(SF_FORMAT_MPEG_LAYER_II), Int(SF_FORMAT_MPEG_LAYER_III): .mp3
        default: nil
        }
    }
}
