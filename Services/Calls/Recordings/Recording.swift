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
    var redaction = Redaction()
    /// As it was handed in, where it was recoded since.
    var original: Content?
    /// Whether the stored bytes still have the sound of pauses; until it is out nobody hears or reads them.
    var holdsPauses = false

    /// Bytes by which they are known again.
    struct Content: Sendable, Equatable {
        var bytes: Int64
        var sha256: [UInt8]
    }

    /// The copy in which something is silent.
    struct Redaction: Sendable, Equatable {
        /// Grows with each change of what is to be silent.
        var wanted = 0
        /// What the copy has.
        var done = 0
        /// Nil when nothing is silent.
        var copy: Content?

        var isPending: Bool { done < wanted }
    }

    /// What was handed in.
    var handedIn: Content { original ?? Content(bytes: bytes, sha256: sha256) }
}
