extension CallsAPI {
    /// The waveform of a recording, computed once.
    package struct Peaks: Codable, Sendable, Hashable {
        package var durationSeconds: Double
        /// For each channel lowest and highest sample of each stretch in turn, from -127 to 127.
        package var channels: [[Int]]

        package init(durationSeconds: Double, channels: [[Int]]) {
            self.durationSeconds = durationSeconds
            self.channels = channels
        }
    }
}
