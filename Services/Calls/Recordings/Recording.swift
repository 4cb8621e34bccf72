import Models

/// The stored bytes of a call, or of a part of it.
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
    /// Of several files of a call, from 0.
    var position = 0
    /// Where it begins on the time of the call's first.
    var offsetSeconds = 0.0
    /// Nil where its provider does not say.
    var startedAt: Timestamp?
    /// By what its provider tells it from others of the call; nil for one that was handed in.
    var originDigest: [UInt8]?
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

    /// What of silent stretches on the call's time falls into this one of several files, in its own.
    func own(_ spans: [SilentSpan]) -> [SilentSpan] {
        spans.compactMap { span in
            let (start, end) = (span.startSeconds - offsetSeconds, span.endSeconds - offsetSeconds)
            guard end > 0, start < durationSeconds else { return nil }
            return SilentSpan(channel: span.channel, startSeconds: max(0, start), endSeconds: end)
        }
    }

    /// What was handed in.
    var handedIn: Content { original ?? Content(bytes: bytes, sha256: sha256) }
}
