import Audio
import Testing

@Suite struct RecordingDecoderTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let coding: AudioWriter.Coding
        let rate: Int
        let container: AudioContainer
        let codec: AudioCodec
        var testDescription: String { "\(coding) at \(rate) Hz" }
    }

    static let cases = [
        Case(coding: .wav16, rate: 8_000, container: .wav, codec: .pcm),
        Case(coding: .wav16, rate: 16_000, container: .wav, codec: .pcm),
        Case(coding: .wav16, rate: 44_100, container: .wav, codec: .pcm),
        Case(coding: .wavFloat, rate: 22_050, container: .wav, codec: .float),
        Case(coding: .wavMulaw, rate: 8_000, container: .wav, codec: .mulaw),
        Case(coding: .wavAlaw, rate: 8_000, container: .wav, codec: .alaw),
        Case(coding: .flac, rate: 48_000, container: .flac, codec: .flac),
        Case(coding: .oggVorbis, rate: 16_000, container: .ogg, codec: .vorbis),
        Case(coding: .oggOpus, rate: 48_000, container: .ogg, codec: .opus),
        Case(coding: .oggOpus, rate: 16_000, container: .ogg, codec: .opus),
        Case(coding: .mp3, rate: 44_100, container: .mp3, codec: .mp3),
        Case(coding: .mp3, rate: 16_000, container: .mp3, codec: .mp3),
    ]

    @Test(arguments: cases)
    func `one channel of every coding comes out at 16 kHz with its pitch and length`(_ example: Case) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("sound")
        try Sounds.write(
            Sounds.tone(440, seconds: 3, rate: example.rate), to: path, example.coding, rate: example.rate)
        var pieces: [AudioPiece] = []
        let recording = try RecordingDecoder().decode(path: path) { pieces.append($0) }
        #expect(recording.format.container == example.container)
        #expect(recording.format.codec == example.codec)
        #expect(recording.format.channels == 1)
        #expect(abs(recording.durationSeconds - 3) < 0.1)
        let samples = try #require(pieces.first).samples
        #expect(pieces.count == 1)
        #expect(abs(samples.count - 48_000) < 2_400)
        #expect(abs(Sounds.frequency(of: samples[8_000..<40_000]) - 440) < 3)
    }

    @Test(arguments: cases)
    func `two channels of every coding are kept apart`(_ example: Case) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("sound")
        let left = Sounds.tone(300, seconds: 2, rate: example.rate)
        let right = Sounds.tone(800, seconds: 2, rate: example.rate)
        try Sounds.write(
            Sounds.interleave(left, right), to: path, example.coding, rate: example.rate, channels: 2)
        var pieces: [AudioPiece] = []
        let recording = try RecordingDecoder().decode(path: path) { pieces.append($0) }
        #expect(recording.format.channels == 2)
        #expect(!recording.hasIdenticalChannels)
        #expect(recording.peaks.map(\.count) == [1_000, 1_000])
        for (channel, pitch) in [(0, Float(300)), (1, 800)] {
            let samples = try #require(pieces.first { $0.channel == channel }).samples
            #expect(abs(Sounds.frequency(of: samples[4_000..<28_000]) - pitch) < 4)
        }
    }

    @Test func `a mono call in a stereo file is known as such`() throws {
        let folder = try TemporaryFolder()
        let tone = Sounds.tone(300, seconds: 2, rate: 16_000)
        for coding in [AudioWriter.Coding.wavMulaw, .mp3, .oggOpus] {
            let path = folder.file("\(coding)")
            try Sounds.write(Sounds.interleave(tone, tone), to: path, coding, rate: 16_000, channels: 2)
            #expect(try RecordingDecoder().decode(path: path) { _ in }.hasIdenticalChannels)
        }
    }

    @Test func `a channel without sound has a flat waveform and no piece`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("sound")
        let left = Sounds.tone(300, seconds: 2, rate: 8_000)
        let right = Sounds.silence(seconds: 2, rate: 8_000)
        try Sounds.write(Sounds.interleave(left, right), to: path, .wavMulaw, rate: 8_000, channels: 2)
        var channels: Set<Int> = []
        let recording = try RecordingDecoder().decode(path: path) { channels.insert($0.channel) }
        #expect(channels == [0])
        #expect(recording.peaks[1].allSatisfy { $0.low == 0 && $0.high == 0 })
        #expect(recording.peaks[0].contains { $0.high > 55 && $0.low < -55 })
    }

    @Test func `what is no number in a file of floats becomes silence`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("sound")
        let wild: [Float] = [.nan, .infinity, -.infinity, 1e30, -1e30, 0.5]
        try Sounds.write((0..<16_000).map { wild[$0 % wild.count] }, to: path, .wavFloat, rate: 16_000)
        var samples: [Float] = []
        _ = try RecordingDecoder().decode(path: path) { samples = $0.samples }
        #expect(samples.count == 16_000)
        #expect(samples.allSatisfy { $0.isFinite && abs($0) <= 1 })
    }

    @Test func `a recording beyond the limit is refused while it is read`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("sound")
        try Sounds.write(Sounds.tone(300, seconds: 6, rate: 8_000), to: path, .wavMulaw, rate: 8_000)
        var decoder = RecordingDecoder()
        decoder.maximumSeconds = 5
        #expect(throws: AudioError.tooLong) { try decoder.decode(path: path) { _ in } }
    }

    @Test func `an error of the receiver ends the decoding`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("sound")
        try Sounds.write(Sounds.tone(300, seconds: 2, rate: 8_000), to: path, .wavMulaw, rate: 8_000)
        #expect(throws: AudioError.unwritable(28)) {
            try RecordingDecoder().decode(path: path) { _ throws(AudioError) in throw .unwritable(28) }
        }
    }
}
