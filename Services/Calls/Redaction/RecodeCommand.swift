import Audio
import Glibc
import JSON

/// A stretch of a recording that is to be silent, in one channel or in all.
struct SilentSpan: Codable, Sendable, Equatable {
    /// Nil for all channels.
    var channel: Int?
    var startSeconds: Double
    var endSeconds: Double

    /// As the command takes it: `1:2.5-7`, `*:0-3`.
    var argument: String { "\(channel.map(String.init) ?? "*"):\(startSeconds)-\(endSeconds)" }

    init(channel: Int?, startSeconds: Double, endSeconds: Double) {
        self.channel = channel
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
    }

    /// Nil for what is none.
    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let times = parts[1].split(separator: "-", maxSplits: 1).map { Double($0) }
        guard times.count == 2, let start = times[0], let end = times[1], start.isFinite, end.isFinite, start >= 0,
            end >= start
        else { return nil }
        if parts[0] != "*" {
            guard let channel = Int(parts[0]), (0...1).contains(channel) else { return nil }
            self.channel = channel
        }
        startSeconds = start
        endSeconds = end
    }
}

/// What `calls recode` has made.
struct RecodedRecording: Codable, Sendable, Equatable {
    static let contentType = "audio/ogg"

    var channels: Int
    var durationSeconds: Double
}

/// `calls recode <recording> <new file> [<channel>:<start>-<end> ...]`: writes a recording anew in Opus, silent in the spans.
///
/// It lives under the limits of `calls decode`, for the same reason. Standard output gets one JSON line, what was made or
/// `{"error": {"code", "detail"}}`.
enum RecodeCommand {
    /// A call's spans are bounded by the command line.
    static let mostSpans = 500
    private static let blockFrames = 8_192
    /// What Opus takes as it is.
    private static let rates: Set<Int> = [8_000, 12_000, 16_000, 24_000, 48_000]
    /// Of one channel: speech is as clear as on the line.
    private static let bitsPerSecond = 24_000
    private static let longestSeconds = 12 * 3_600

    static func run(_ arguments: [String]) -> Int32 {
        var limits = ChildLimits.decoding
        limits.fileBytes = 2 << 30
        limits.apply()
        let spans = arguments.dropFirst(2).compactMap(SilentSpan.init(argument:))
        guard arguments.count >= 2, spans.count == arguments.count - 2, spans.count <= mostSpans else {
            return answer(
                ProbeCommand.Refusal(
                    error: .init(code: "usage", detail: "calls recode <recording> <file> [<span> ...]")),
                DecodeCommand.Status.usage)
        }
        do throws(AudioError) {
            return answer(
                try recode(arguments[0], into: arguments[1], silent: spans), DecodeCommand.Status.success)
        } catch {
            let status =
                switch error {
                case .unreadable: DecodeCommand.Status.noInput
                case .unwritable: DecodeCommand.Status.cannotWrite
                default: DecodeCommand.Status.badRecording
                }
            return answer(ProbeCommand.Refusal(error: .init(code: error.code, detail: error.detail)), status)
        }
    }

    static func recode(
        _ path: String, into file: String, silent spans: [SilentSpan]
    ) throws(AudioError) -> RecodedRecording {
        var reader = try AudioReader(path: path)
        let (channels, rate) = (reader.format.channels, reader.format.sampleRate)
        let isTaken = rates.contains(rate)
        var writer = try AudioWriter(
            path: file, coding: .oggOpus, sampleRate: isTaken ? rate : Resampler.outputRate, channels: channels,
            bitsPerSecond: bitsPerSecond)
        var resamplers: [Resampler] = []
        if !isTaken {
            for _ in 0..<channels {
                resamplers.append(try Resampler(inputRate: rate, blockLength: blockFrames))
            }
        }
        var block = [Float](repeating: 0, count: blockFrames * channels)
        var frames = 0
        while true {
            let count = reader.read(into: &block)
            guard count > 0 else { break }
            silence(&block, from: frames, count: count, channels: channels, rate: rate, spans)
            frames += count
            guard frames <= longestSeconds * rate else { throw .tooLong }
            if isTaken {
                try writer.write(count == blockFrames ? block : Array(block[..<(count * channels)]))
            } else {
                try writer.write(try resample(block, count, channels, resamplers, isLast: false))
            }
        }
        guard frames > 0 else { throw .empty }
        if !isTaken { try writer.write(try resample([], 0, channels, resamplers, isLast: true)) }
        return RecodedRecording(channels: channels, durationSeconds: Double(frames) / Double(rate))
    }

    private static func silence(
        _ block: inout [Float], from first: Int, count: Int, channels: Int, rate: Int, _ spans: [SilentSpan]
    ) {
        for span in spans {
            let start = max(0, Int(min(span.startSeconds, 1e6) * Double(rate)) - first)
            let end = min(count, Int((min(span.endSeconds, 1e6) * Double(rate)).rounded(.up)) - first)
            guard start < end else { continue }
            for channel in 0..<channels where span.channel ?? channel == channel {
                for frame in start..<end { block[frame * channels + channel] = 0 }
            }
        }
    }

    private static func resample(
        _ block: [Float], _ count: Int, _ channels: Int, _ resamplers: [Resampler], isLast: Bool
    ) throws(AudioError) -> [Float] {
        var parts: [[Float]] = []
        for channel in 0..<channels {
            let mono = (0..<count).map { block[$0 * channels + channel] }
            var part: [Float] = []
            try resamplers[channel].process(mono, count: count, isLast: isLast) { (samples) throws(AudioError) in
                part += samples
            }
            parts.append(part)
        }
        let length = parts.map(\.count).min() ?? 0
        guard channels > 1 else { return parts[0] }
        return (0..<length).flatMap { frame in parts.map { $0[frame] } }
    }

    private static func answer(_ line: some Encodable, _ status: Int32) -> Int32 {
        guard let bytes = try? JSON.encode(line) else { return status }  // The status says enough.
        FileBytes.write(bytes + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
        return status
    }
}
