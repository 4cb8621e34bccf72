import Audio
import Testing

@Suite struct WaveformPeaksTests {
    private func peaks(_ samples: [Float], count: Int, block: Int = 777) -> [WaveformPeaks.Column] {
        var peaks = WaveformPeaks(count: count)
        for start in stride(from: 0, to: samples.count, by: block) {
            samples[start..<min(samples.count, start + block)].withUnsafeBufferPointer { peaks.add($0) }
        }
        return peaks.finish()
    }

    @Test(arguments: [1, 15, 16, 17, 1_599, 1_600, 1_601, 6_400, 100_000, 123_457])
    func `any length gives exactly the wanted number of columns`(_ length: Int) {
        #expect(peaks([Float](repeating: 0.25, count: length), count: 100).count == 100)
    }

    @Test func `no sample gives no column`() { #expect(peaks([], count: 100).isEmpty) }

    @Test func `a loud moment stands at its place and nowhere else`() throws {
        var samples = [Float](repeating: 0, count: 160_000)
        samples[40_000] = 1
        samples[120_000] = -1
        let columns = peaks(samples, count: 100)
        let loud = columns.indices.filter { columns[$0].high == 127 }
        let low = columns.indices.filter { columns[$0].low == -127 }
        #expect(loud.count == 1 && low.count == 1)
        #expect(abs(try #require(loud.first) - 25) <= 1)
        #expect(abs(try #require(low.first) - 75) <= 1)
    }

    @Test func `samples beyond full scale are drawn at full scale`() {
        #expect(peaks([7, -7], count: 1) == [WaveformPeaks.Column(low: -127, high: 127)])
    }
}

@Suite struct WAVCodecTests {
    @Test func `what is written is read again, clipped to full scale`() throws {
        let folder = try TemporaryFolder()
        let samples: [Float] = [0, 0.5, -0.5, 1, -1, 3, -3]
        let wav = WAVCodec.encode(samples)
        #expect(wav.count == 44 + samples.count * 2)
        var reader = try AudioReader(path: try folder.write(wav, to: "sound"))
        #expect(reader.format.sampleRate == 16_000)
        #expect(reader.format.channels == 1)
        var block = [Float](repeating: 0, count: 100)
        #expect(reader.format.declaredFrames == samples.count)
        let count = reader.read(into: &block)
        #expect(count == samples.count)
        for (read, written) in zip(block, samples) { #expect(abs(read - max(-1, min(1, written))) < 0.000_1) }
    }
}
