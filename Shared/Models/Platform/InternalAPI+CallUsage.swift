extension InternalAPI {
    /// How much of calls a tenant uses; `recent` is within the last thirty days.
    package struct CallUsage: Codable, Sendable, Hashable {
        /// All that are there, without the bin.
        package var calls: Int64
        package var recentCalls: Int64
        package var recentSeconds: Int64
        package var recordings: Int64
        package var recordingBytes: Int64
        /// Sound that engines have written down.
        package var recentTranscribedSeconds: Int64
        /// What engines cost, in millionths of a US dollar.
        package var recentCostMicros: Int64

        package init(
            calls: Int64, recentCalls: Int64, recentSeconds: Int64, recordings: Int64, recordingBytes: Int64,
            recentTranscribedSeconds: Int64, recentCostMicros: Int64
        ) {
            self.calls = calls
            self.recentCalls = recentCalls
            self.recentSeconds = recentSeconds
            self.recordings = recordings
            self.recordingBytes = recordingBytes
            self.recentTranscribedSeconds = recentTranscribedSeconds
            self.recentCostMicros = recentCostMicros
        }
    }
}
