import Audio
import Foundation

/// A folder that is gone with the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "audio-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}

func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

/// The same numbers in every run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

enum Sounds {
    static func tone(_ hertz: Float, seconds: Float, rate: Int, level: Float = 0.5) -> [Float] {
        (0..<Int(seconds * Float(rate))).map { level * sin(2 * .pi * hertz * Float($0) / Float(rate)) }
    }

    static func silence(seconds: Float, rate: Int) -> [Float] {
        [Float](repeating: 0, count: Int(seconds * Float(rate)))
    }

    static func interleave(_ left: [Float], _ right: [Float]) -> [Float] { zip(left, right).flatMap { [$0, $1] } }

    static func write(
        _ samples: [Float], to path: String, _ coding: AudioWriter.Coding, rate: Int, channels: Int = 1
    ) throws {
        var writer = try AudioWriter(path: path, coding: coding, sampleRate: rate, channels: channels)
        try writer.write(samples)
    }

    /// The rate that all of the samples together say: crossings of zero, upwards.
    static func frequency(of samples: some Collection<Float>, rate: Int = 16_000) -> Float {
        var crossings = 0
        var last: Float = 1
        for sample in samples {
            if last < 0, sample >= 0 { crossings += 1 }
            last = sample
        }
        return Float(crossings) * Float(rate) / Float(samples.count)
    }
}
