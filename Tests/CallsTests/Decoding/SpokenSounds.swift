import Audio
import Foundation
import IO

/// A folder that is gone with the value.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "calls-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: false)
        return file(name)
    }

    /// None for a folder that nobody has made yet.
    func names(in folder: String = "") throws -> Set<String> {
        guard FileManager.default.fileExists(atPath: file(folder)) else { return [] }
        return Set(try FileManager.default.contentsOfDirectory(atPath: file(folder)))
    }

    func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    }

    func bytes(of name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name)))) }
}

/// Programs that some tests need and not every machine has.
enum Tool {
    static func path(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static let hasFlite = path("flite") != nil

    /// The program under test, which the build puts beside the bundle of the tests.
    static let calls: String? = {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let path = folder.appendingPathComponent("calls").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    static var hasCalls: Bool { calls != nil }
}

/// Speech made when the tests run: no recording of a person is kept here.
enum SpokenSounds {
    /// Mono at 8 or 16 kHz, as the voice has it.
    static func say(_ text: String, voice: String = "kal16", loop: EventLoop, in folder: ScratchFolder) async throws
        -> [Float]
    {
        let name = "said-\(UUID().uuidString).wav"
        let child = try ChildProcess(
            loop: loop,
            ChildProcess.Command(
                Tool.path("flite") ?? "flite", ["-voice", voice, "-t", text, "-o", folder.file(name)]))
        child.finishInput()
        _ = await child.wait()
        var samples: [Float] = []
        var reader = try AudioReader(path: folder.file(name))
        let rate = reader.format.sampleRate
        var block = [Float](repeating: 0, count: 4_096)
        while true {
            let count = reader.read(into: &block)
            guard count > 0 else { break }
            samples += block[..<count]
        }
        return rate == 16_000 ? samples : try resample(samples, from: rate)
    }

    static func resample(_ samples: [Float], from rate: Int) throws -> [Float] {
        let resampler = try Resampler(inputRate: rate, blockLength: samples.count)
        var output: [Float] = []
        try resampler.process(samples, count: samples.count, isLast: true) { output += $0 }
        return output
    }

    static func silence(_ seconds: Double, rate: Int = 16_000) -> [Float] {
        [Float](repeating: 0, count: Int(seconds * Double(rate)))
    }

    /// Half of a telephone line: every second sample of what had no high tones to begin with.
    static func halved(_ samples: [Float]) -> [Float] {
        stride(from: 0, to: samples.count - 1, by: 2).map { (samples[$0] + samples[$0 + 1]) / 2 }
    }

    static func interleave(_ left: [Float], _ right: [Float]) -> [Float] {
        let length = max(left.count, right.count)
        return (0..<length).flatMap { [$0 < left.count ? left[$0] : 0, $0 < right.count ? right[$0] : 0] }
    }

    static func write(
        _ samples: [Float], to path: String, _ coding: AudioWriter.Coding = .wavMulaw, rate: Int, channels: Int = 1
    ) throws {
        var writer = try AudioWriter(path: path, coding: coding, sampleRate: rate, channels: channels)
        try writer.write(samples)
    }

    /// Recordings of five codings with bytes changed, and some with their ends torn off; the same ones in every run.
    static func damaged(_ rounds: Int, seed: UInt64, in folder: ScratchFolder) throws -> [[UInt8]] {
        let tone = tone(300, seconds: 0.5, rate: 16_000)
        var recordings: [[UInt8]] = []
        var random = SeededNumbers(state: seed)
        for (index, coding) in [AudioWriter.Coding.wavMulaw, .flac, .oggVorbis, .oggOpus, .mp3].enumerated() {
            try write(tone, to: folder.file("good-\(index)"), coding, rate: 16_000)
            let good = try folder.bytes(of: "good-\(index)")
            for round in 0..<rounds {
                var bad = good
                if round.isMultiple(of: 4) { bad.removeLast(Int.random(in: 1..<good.count, using: &random)) }
                for _ in 0..<8 {
                    bad[Int.random(in: 0..<bad.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
                }
                recordings.append(bad)
            }
        }
        return recordings
    }

    /// Minutes of silence in a file that is a hundredth of it or less.
    static func bomb(_ coding: AudioWriter.Coding, minutes: Int, to path: String) throws {
        var writer = try AudioWriter(path: path, coding: coding, sampleRate: 8_000, channels: 1)
        let minute = [Float](repeating: 0, count: 60 * 8_000)
        for _ in 0..<minutes { try writer.write(minute) }
    }

    static func tone(_ hertz: Float, seconds: Float, rate: Int) -> [Float] {
        (0..<Int(seconds * Float(rate))).map { 0.5 * sin(2 * .pi * hertz * Float($0) / Float(rate)) }
    }
}

/// The same numbers in every run.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
