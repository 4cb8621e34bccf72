import CSndfile

/// Tells voice from the noise of a line, frame by frame of 20 ms, by energy.
///
/// The floor falls at once to the quietest frame and rises by 1.7 dB a second, so that it finds the noise between words.
/// Voice is what lies 10 dB above it. The threshold's own bounds, -62 and -40 dB of full scale, keep digital silence
/// from making rustle into voice, and steady loud speech from becoming its own noise.
struct NoiseGate {
    private static let lowest: Float = 0.000_8
    private static let highest: Float = 0.01
    private static let rise: Float = 1.004
    private static let ratio: Float = 3.2

    private var floor: Float = 0.001

    mutating func isVoiced(_ level: Float) -> Bool {
        floor = level < floor ? max(level, NoiseGate.lowest / NoiseGate.ratio) : floor * NoiseGate.rise
        return level > min(NoiseGate.highest, max(NoiseGate.lowest, floor * NoiseGate.ratio))
    }

    /// Root of the mean square.
    static func level(of frame: UnsafeBufferPointer<Float>) -> Float {
        (audio_energy(frame.baseAddress, frame.count) / Float(max(1, frame.count))).squareRoot()
    }
}
