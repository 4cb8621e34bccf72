import Audio
import Testing

@Suite struct PieceCutterTests {
    private static let rate = 16_000

    private func cut(_ samples: [Float], pieceSeconds: Int = 60, block: Int = 5_003) throws -> [AudioPiece] {
        let cutter = PieceCutter(channel: 1, pieceSeconds: pieceSeconds)
        var pieces: [AudioPiece] = []
        for start in stride(from: 0, to: samples.count, by: block) {
            try samples[start..<min(samples.count, start + block)].withUnsafeBufferPointer { part in
                try cutter.add(part) { pieces.append($0) }
            }
        }
        try cutter.finish { pieces.append($0) }
        return pieces
    }

    private func speech(_ seconds: Float) -> [Float] { Sounds.tone(220, seconds: seconds, rate: Self.rate) }
    private func silence(_ seconds: Float) -> [Float] { Sounds.silence(seconds: seconds, rate: Self.rate) }

    /// Each span holds the very samples that stand at its place in the recording.
    private func checkSpans(_ pieces: [AudioPiece], against samples: [Float]) {
        for piece in pieces {
            var next = 0
            for span in piece.spans {
                #expect(span.pieceStart == next)
                next += span.count
                let end = min(samples.count, span.start + span.count)
                let expected = samples[span.start..<end]
                #expect(piece.samples[span.pieceStart..<span.pieceStart + expected.count] == expected)
            }
            #expect(next == piece.samples.count)
        }
    }

    @Test func `long silences are left out and the places of what stays are kept`() throws {
        let samples = silence(5) + speech(3) + silence(10) + speech(4) + silence(1) + speech(2) + silence(20)
        let pieces = try cut(samples)
        #expect(pieces.count == 1)
        checkSpans(pieces, against: samples)
        let spans = try #require(pieces.first).spans
        #expect(spans.count == 2)
        #expect(abs(Double(spans[0].start) / 16_000 - 4.6) < 0.05)
        #expect(abs(Double(spans[0].count) / 16_000 - 3.8) < 0.1)
        #expect(abs(Double(spans[1].start) / 16_000 - 17.6) < 0.05)
        #expect(abs(Double(spans[1].count) / 16_000 - 7.8) < 0.1)
    }

    @Test func `pieces end at pauses and hold about a minute`() throws {
        var samples: [Float] = []
        for _ in 0..<40 { samples += speech(4.2) + silence(0.8) }
        let pieces = try cut(samples)
        checkSpans(pieces, against: samples)
        #expect(pieces.map(\.index) == Array(0..<pieces.count))
        #expect(pieces.allSatisfy { $0.channel == 1 })
        #expect(pieces.dropLast().allSatisfy { (48 * 16_000...60 * 16_000).contains($0.samples.count) })
        // No tone was cut in two: each piece ends in silence.
        #expect(pieces.allSatisfy { $0.samples.suffix(1_000).allSatisfy { $0 == 0 } })
    }

    @Test func `speech without a pause is cut at its quietest moment and loses nothing`() throws {
        var samples = speech(200)
        for index in 60 * Self.rate..<60 * Self.rate + 3_200 { samples[index] *= 0.3 }
        let pieces = try cut(samples)
        checkSpans(pieces, against: samples)
        let first = try #require(pieces.first)
        #expect(abs(first.samples.count - 60 * Self.rate) < 4_000)
        #expect(pieces.allSatisfy { $0.samples.count <= 70 * Self.rate })
        #expect(pieces.reduce(0) { $0 + $1.samples.count } == samples.count)
    }

    @Test func `clicks and noise of the line give no piece`() throws {
        var samples = silence(30)
        for index in stride(from: 40_000, to: 400_000, by: 80_000) { samples[index] = 0.9 }
        #expect(try cut(samples).isEmpty)
        var random = Seeded(state: 7)
        let noise = (0..<20 * Self.rate).map { _ in Float.random(in: -0.004...0.004, using: &random) }
        #expect(try cut(silence(1) + noise).reduce(0) { $0 + $1.samples.count } < 7 * Self.rate)
    }

    @Test func `the size of the blocks changes nothing`() throws {
        let samples = silence(1) + speech(3) + silence(4) + speech(9.03) + silence(0.5)
        let whole = try cut(samples, pieceSeconds: 5, block: samples.count)
        for block in [1, 319, 320, 4_096] {
            let pieces = try cut(samples, pieceSeconds: 5, block: block)
            #expect(pieces.map(\.spans) == whole.map(\.spans))
            #expect(pieces.map(\.samples) == whole.map(\.samples))
        }
    }
}
