import JSON
import Models

/// What a provider says of one call at one moment, in words that all providers share.
///
/// Several reports about a call may come in any order and any number of times; `CallAccount` makes one state of them.
/// What the provider does not say is nil, and takes nothing away from what was known.
struct CallReport: Codable, Sendable, Hashable {
    /// The provider's id of the call, unique within the connection.
    var externalID: String
    /// When this became true by the provider's clock; when we received it where the provider does not say.
    var reportedAt: Timestamp
    /// Of reports of one phase the one that counts more, whatever their clocks say: an analysis after the end.
    var order = 0
    var direction: CallDirection?
    /// Number, extension, SIP address or nothing, as the provider writes it; read by the connection's country.
    var from: String?
    var to: String?
    var status: CallStatus?
    /// The provider's own word.
    var providerStatus: String?
    var startedAt: Timestamp?
    var answeredAt: Timestamp?
    var endedAt: Timestamp?
    /// From start to end; gives the end where the provider tells only this.
    var durationSeconds: Double?
    var agent: AgentHint?
    /// BCP 47.
    var language: String?
    /// The call's recording; of several files the one that holds the conversation, the others in `legs`.
    var recording: RecordingReference?
    var transcript: ProvidedTranscript?
    /// What is said while the call runs, for whoever follows it; not kept with the call.
    var speech: LiveSpeech?
    /// The provider's own summary.
    var summary: String?
    /// Parts of the call that the provider reports one by one; they add up by their ids.
    var legs: [CallLeg] = []
    /// What binds calls of this provider together: a transfer's or a queue's id.
    var linkedID: String?
    /// An object with everything else that is worth keeping: costs, reasons, flags.
    var metadata: JSONText?

    init(externalID: String, reportedAt: Timestamp) {
        self.externalID = externalID
        self.reportedAt = reportedAt
    }
}

/// Who of the tenant's people spoke, by what a phone system knows of them; the first that leads to a user counts.
struct AgentHint: Codable, Sendable, Hashable {
    /// Our own id, where it travelled with the call.
    var userID: UserID?
    var email: String?
    var `extension`: String?
    /// The provider's name or id of the agent.
    var providerUser: String?
}

/// Where the bytes of a recording are.
struct RecordingReference: Codable, Sendable, Hashable {
    /// What `locator` is, and so how it is fetched.
    enum Kind: String, Codable, Sendable, Hashable {
        /// A URL that opens by itself, perhaps for a short time.
        case url
        /// A URL that wants the connection's credentials.
        case providerURL = "provider_url"
        /// A file name or id that the provider's adapter knows how to ask for.
        case name
    }

    var kind: Kind
    var locator: String
    /// The channel that carries our side, where the provider says so.
    var agentChannel: Int?
    /// When the provider lets go of it, where it says so.
    var expiresAt: Timestamp?
    /// The provider's own number of the file, where a call can have several.
    var id: String?
    /// When it begins, where the provider says so.
    var startedAt: Timestamp?
}

extension RecordingReference {
    /// By what it is told from other files of its call; nil where a call has but one.
    var name: String? { id ?? (kind == .name ? locator : nil) }
}

/// A transcript that a provider made itself.
struct ProvidedTranscript: Codable, Sendable, Hashable {
    struct Segment: Codable, Sendable, Hashable {
        var speaker: Speaker
        var startSeconds: Double
        var endSeconds: Double
        var text: String
    }

    var language: String?
    /// In the order of time.
    var segments: [Segment]
    /// Whether the call has not ended, so that more will come.
    var isPartial = false

    /// How much it holds.
    var size: Int { segments.reduce(segments.count) { $0 + $1.text.utf8.count } }
}

/// Something that was said, or how the call sounds, at the moment at which it is told.
struct LiveSpeech: Codable, Sendable, Hashable {
    var speaker: Speaker?
    var text: String?
    /// Whether the words stay as they are.
    var isFinal = false
    /// -1 to 1.
    var sentimentScore: Double?
}

/// A part of a call that a phone system reports by itself: one ring, one extension, one transfer.
struct CallLeg: Codable, Sendable, Hashable {
    /// Unique within the call.
    var id: String
    var from: String?
    var to: String?
    var agent: AgentHint?
    var status: CallStatus?
    var startedAt: Timestamp?
    var answeredAt: Timestamp?
    var endedAt: Timestamp?
    var recording: RecordingReference?

    init(id: String) { self.id = id }
}
