import Models

/// The stored bytes of a call.
struct Recording: Sendable {
    /// What one upload may weigh.
    static let sizeLimit: Int64 = 2 << 30

    var id: RecordingID
    var callID: CallID
    var blobKey: String
    var contentType: String
    var bytes: Int64
    var sha256: [UInt8]
    var durationSeconds: Double
    var channels: Int
    /// Which channel carries the agent; nil where it follows from the direction.
    var agentChannel: Int?
    var createdAt: Timestamp
}
