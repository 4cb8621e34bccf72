extension CallsAPI {
    /// The processing queue over all tenants, for the platform.
    package struct Queues: Codable, Sendable {
        package var data: [Queue]

        package init(data: [Queue]) { self.data = data }
    }

    /// How many jobs of a kind are in a state.
    package struct Queue: Codable, Sendable, Hashable {
        /// Such as `transcribe_call`.
        package var kind: String
        /// `waiting`, `running` or `dead`.
        package var state: String
        package var count: Int
        /// Since when the oldest of them has been in the state.
        package var oldestSince: Timestamp

        package init(kind: String, state: String, count: Int, oldestSince: Timestamp) {
            self.kind = kind
            self.state = state
            self.count = count
            self.oldestSince = oldestSince
        }
    }
}
