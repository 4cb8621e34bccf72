import CSamplerate

/// Turns one channel of any rate into ``Resampler/outputRate``, block by block, with the state kept between the blocks.
package final class Resampler {
    /// What every recogniser of speech here takes.
    package static let outputRate = 16_000

    private let state: OpaquePointer?
    private let ratio: Double
    private var output: [Float]

    /// The rate must lie in ``AudioFormat/sampleRates``; blocks may have any length up to `blockLength`.
    package init(inputRate: Int, blockLength: Int) throws(AudioError) {
        ratio = Double(Resampler.outputRate) / Double(inputRate)
        output = [Float](repeating: 0, count: Int(Double(blockLength) * ratio) + 256)
        guard inputRate != Resampler.outputRate else {
            state = nil
            return
        }
        // The fastest of the band-limited converters: 97 dB, far below the noise of a telephone line.
        var fault: Int32 = 0
        guard let state = src_new(Int32(SRC_SINC_FASTEST), 1, &fault) else { throw .sampleRate(inputRate) }
        self.state = state
    }

    deinit {
        if let state { src_delete(state) }
    }

    /// Takes the first `count` samples and hands on what it gives; `isLast` empties the filter, after which nothing may follow.
    package func process(
        _ input: [Float], count: Int, isLast: Bool,
        into take: (UnsafeBufferPointer<Float>) throws(AudioError) -> Void
    ) throws(AudioError) {
        precondition(count <= input.count)
        guard let state else { return try withSamples(input, count: count, take) }
        var used = 0
        while true {
            var step = SRC_DATA()
            step.src_ratio = ratio
            step.end_of_input = isLast ? 1 : 0
            let fault = input.withUnsafeBufferPointer { source in
                output.withUnsafeMutableBufferPointer { target in
                    step.data_in = source.baseAddress.map { $0 + used }
                    step.input_frames = count - used
                    step.data_out = target.baseAddress
                    step.output_frames = target.count
                    return src_process(state, &step)
                }
            }
            guard fault == 0 else { throw .malformed }
            used += step.input_frames_used
            if step.output_frames_gen > 0 { try withSamples(output, count: step.output_frames_gen, take) }
            // Done when nothing is left to put in and, at the end, when the filter gives no more.
            if used >= count, !isLast || step.output_frames_gen == 0 { return }
            if step.output_frames_gen == 0, step.input_frames_used == 0 { return }
        }
    }

    private func withSamples(
        _ samples: [Float], count: Int, _ take: (UnsafeBufferPointer<Float>) throws(AudioError) -> Void
    ) throws(AudioError) {
        guard count > 0 else { return }
        var failure: AudioError?
        samples.withUnsafeBufferPointer { buffer in
            do throws(AudioError) {
                try take(UnsafeBufferPointer(rebasing: buffer[..<count]))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
