import Audio
import Testing

/// Bytes that no recorder wrote: each must end in a typed error or in sound within the limits, never in a crash.
@Suite struct HostileRecordingTests {
    private func outcome(_ bytes: some Sequence<UInt8>, in folder: TemporaryFolder) throws -> Result<Double, AudioError>
    {
        let path = try folder.write(bytes, to: "hostile")
        var decoder = RecordingDecoder()
        decoder.maximumSeconds = 60
        decoder.peakCount = 10
        return Result { () throws(AudioError) in
            try decoder.decode(path: path) { piece throws(AudioError) in
                guard piece.samples.allSatisfy(\.isFinite) else { throw .unwritable(0) }
            }.durationSeconds
        }
    }

    private func example(_ coding: AudioWriter.Coding, in folder: TemporaryFolder) throws -> [UInt8] {
        let tone = Sounds.tone(300, seconds: 1, rate: 16_000)
        try Sounds.write(Sounds.interleave(tone, tone), to: folder.file("good"), coding, rate: 16_000, channels: 2)
        return try bytes(of: folder.file("good"))
    }

    @Test func `what is no recording is named`() throws {
        let folder = try TemporaryFolder()
        #expect(try outcome([], in: folder) == .failure(.empty))
        for text in [
            "x", "<html><body>404", "{\"error\": \"expired\"}", "RIFF", "RIFF....AVI ", "%PDF-1.7",
            "\0\0\0\u{1c}ftypisom",
        ] {
            #expect(try outcome(text.utf8, in: folder) == .failure(.unrecognised))
        }
        #expect(throws: AudioError.unreadable(2)) { try RecordingDecoder().decode(path: folder.file("none")) { _ in } }
        #expect(throws: AudioError.unreadable(22)) { try RecordingDecoder().decode(path: folder.path) { _ in } }
    }

    @Test func `AAC, AIFF and an unknown coding in a known container are refused`() throws {
        let folder = try TemporaryFolder()
        #expect(try outcome([0xFF, 0xF1, 0x50, 0x80, 0, 0, 0, 0], in: folder) == .failure(.unrecognised))
        #expect(try outcome("FORM\0\0\0\u{20}AIFFCOMM".utf8, in: folder) == .failure(.unrecognised))
        var wav = WAVCodec.encode(Sounds.tone(300, seconds: 1, rate: 16_000))
        wav[20] = 0x61  // a format tag of WAV that nobody decodes
        let answer = try outcome(wav, in: folder)
        #expect(answer == .failure(.unsupported) || answer == .failure(.malformed))
    }

    @Test func `forged headers do not decide what is read`() throws {
        let folder = try TemporaryFolder()
        let good = WAVCodec.encode(Sounds.tone(300, seconds: 1, rate: 16_000))
        func forged(_ offset: Int, _ value: UInt32, width: Int) -> [UInt8] {
            var bytes = good
            for index in 0..<width { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index))) }
            return bytes
        }
        #expect(try outcome(forged(24, 0, width: 4), in: folder).failed)
        #expect(try outcome(forged(24, 1, width: 4), in: folder) == .failure(.sampleRate(1)))
        #expect(try outcome(forged(24, 2_000_000_000, width: 4), in: folder).failed)
        #expect(try outcome(forged(22, 0, width: 2), in: folder).failed)
        #expect(try outcome(forged(22, 3, width: 2), in: folder).failed)
        #expect(try outcome(forged(22, 65_535, width: 2), in: folder).failed)
        // A length that was never filled in (a recorder that died, a stream): the sound that is there counts.
        for length: UInt32 in [0xFFFF_FFFF, 0x7FFF_FFFF, 64_000] {
            #expect(try outcome(forged(40, length, width: 4), in: folder) == .success(1))
        }
    }

    @Test func `a header without sound is empty`() throws {
        let folder = try TemporaryFolder()
        #expect(try outcome(WAVCodec.encode([]), in: folder).failed)
    }

    @Test(arguments: [AudioWriter.Coding.wav16, .wavMulaw, .flac, .oggVorbis, .oggOpus, .mp3])
    func `a recording cut anywhere gives an error or what was there`(_ coding: AudioWriter.Coding) throws {
        let folder = try TemporaryFolder()
        let good = try example(coding, in: folder)
        let lengths = Set(
            (0..<min(96, good.count)).map { $0 } + stride(from: 0, to: good.count, by: good.count / 60 + 1))
        for length in lengths.sorted() {
            if case .success(let seconds) = try outcome(good[..<length], in: folder) {
                #expect(seconds <= 1.2, "cut at \(length)")
            }
        }
    }

    @Test(arguments: [AudioWriter.Coding.wav16, .wavMulaw, .flac, .oggVorbis, .oggOpus, .mp3])
    func `changed bytes give an error or sound within the limit`(_ coding: AudioWriter.Coding) throws {
        let folder = try TemporaryFolder()
        let good = try example(coding, in: folder)
        var random = Seeded(state: 42)
        for round in 0..<80 {
            var bad = good
            // Headers are where the damage is worst, so half of the rounds change only those.
            let reach = round.isMultiple(of: 2) ? min(200, bad.count) : bad.count
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                bad[Int.random(in: 0..<reach, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            if case .success(let seconds) = try outcome(bad, in: folder) { #expect(seconds <= 60) }
        }
    }
}

extension Result where Success == Double, Failure == AudioError {
    fileprivate var failed: Bool {
        if case .failure = self { return true }
        return false
    }
}
