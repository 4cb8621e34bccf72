import Audio
import Glibc
import JSON

/// What the beginning of a recording tells about it.
struct RecordingProbe: Codable, Sendable, Equatable {
    var contentType: String
    var channels: Int
    /// Of the bytes that were looked at, by decoding them.
    var seconds: Double
    /// Of the whole recording by its header, for the one container whose header is to be believed.
    var declaredSeconds: Double?

    /// Whether it could be of a recording: the process that made it has read a stranger's bytes and is not believed.
    ///
    /// The type goes into the header of every playback, and numbers of other sizes would end this process.
    var isPlausible: Bool {
        AudioContainer.allCases.contains { $0.contentType == contentType }
            && AudioFormat.channelCounts.contains(channels)
            && [seconds, declaredSeconds ?? 0].allSatisfy(DecodedManifest.seconds.contains)
    }

    /// The length of a whole recording of so many bytes, of which `seen` were looked at: an estimate until the recording
    /// is decoded, exact when all of it was seen.
    func durationSeconds(bytes: Int64, seen: Int) -> Double {
        guard bytes > seen, seen > 0 else { return seconds }
        return declaredSeconds ?? seconds * Double(bytes) / Double(seen)
    }
}

/// `calls probe <file>`: the process that says whether the beginning of an upload is audio.
///
/// It lives under the limits of `calls decode`, for the same reason: what strangers send is decoded by a C library.
/// Standard output gets one JSON line, the probe or `{"error": {"code", "detail"}}`.
enum ProbeCommand {
    struct Refusal: Codable {
        struct Reason: Codable {
            var code: String
            var detail: String
        }
        var error: Reason
    }

    private static let blockFrames = 8_192
    /// A megabyte of the thinnest coding that is taken holds less.
    private static let longestSeconds = 4_000.0

    static func run(_ arguments: [String]) -> Int32 {
        ChildLimits.decoding.apply()
        guard arguments.count == 1 else {
            return answer(
                Refusal(error: .init(code: "usage", detail: "calls probe <file>")), DecodeCommand.Status.usage)
        }
        do throws(AudioError) {
            return answer(try probe(arguments[0]), DecodeCommand.Status.success)
        } catch {
            return answer(
                Refusal(error: .init(code: error.code, detail: error.detail)), DecodeCommand.Status.badRecording)
        }
    }

    private static func probe(_ path: String) throws(AudioError) -> RecordingProbe {
        var reader = try AudioReader(path: path)
        let format = reader.format
        var block = [Float](repeating: 0, count: blockFrames * format.channels)
        var frames = 0
        while frames < Int(longestSeconds) * format.sampleRate {
            let count = reader.read(into: &block)
            guard count > 0 else { break }
            frames += count
        }
        guard frames > 0 else { throw .empty }
        return RecordingProbe(
            contentType: format.container.contentType, channels: format.channels,
            seconds: Double(frames) / Double(format.sampleRate),
            declaredSeconds: format.container == .flac ? format.declaredSeconds : nil)
    }

    private static func answer(_ line: some Encodable, _ status: Int32) -> Int32 {
        guard let bytes = try? JSON.encode(line) else { return status }  // The status says enough.
        FileBytes.write(bytes + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
        return status
    }
}
