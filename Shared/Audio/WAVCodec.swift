import CSndfile

/// WAV in memory, for pieces that go to a recogniser over HTTP.
package enum WAVCodec {
    /// Mono, 16 bit: 32 kB a second at 16 kHz, so a piece of 80 s is a tenth of the 25 MB that recognisers accept.
    package static func encode(_ samples: [Float], sampleRate: Int = Resampler.outputRate) -> [UInt8] {
        let byteCount = samples.count * 2
        var bytes: [UInt8] = []
        bytes.reserveCapacity(44 + byteCount)
        func append(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }
        func append(_ value: Int, width: Int) {
            for shift in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
        }
        append("RIFF")
        append(36 + byteCount, width: 4)
        append("WAVEfmt ")
        append(16, width: 4)
        append(1, width: 2)  // PCM
        append(1, width: 2)  // one channel
        append(sampleRate, width: 4)
        append(sampleRate * 2, width: 4)  // bytes a second
        append(2, width: 2)  // bytes a frame
        append(16, width: 2)  // bits a sample
        append("data")
        append(byteCount, width: 4)
        return bytes
            + [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, filled in
                audio_quantise(samples, samples.count, buffer.baseAddress)
                filled = byteCount
            }
    }
}
