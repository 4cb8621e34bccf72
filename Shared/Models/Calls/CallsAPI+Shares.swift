package import JSON

extension CallsAPI {
    /// A link by which a part of a call is shown to whoever has it.
    package struct Share: Codable, Sendable {
        package var id: ShareID
        package var callID: CallID
        package var startSeconds: Double
        package var endSeconds: Double
        package var includesTranscript: Bool
        package var includesAudio: Bool
        package var hasPassword: Bool
        package var expiresAt: Timestamp
        /// How often it can be opened; null for any number.
        package var viewLimit: Int?
        package var views: Int
        package var createdBy: UserID
        package var createdAt: Timestamp
        package var revokedAt: Timestamp?
        /// The link, in the answer to its creation alone.
        package var url: String?

        package init(
            id: ShareID, callID: CallID, startSeconds: Double, endSeconds: Double, includesTranscript: Bool,
            includesAudio: Bool, hasPassword: Bool, expiresAt: Timestamp, viewLimit: Int?, views: Int,
            createdBy: UserID, createdAt: Timestamp, revokedAt: Timestamp?, url: String?
        ) {
            self.id = id
            self.callID = callID
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
            self.includesTranscript = includesTranscript
            self.includesAudio = includesAudio
            self.hasPassword = hasPassword
            self.expiresAt = expiresAt
            self.viewLimit = viewLimit
            self.views = views
            self.createdBy = createdBy
            self.createdAt = createdAt
            self.revokedAt = revokedAt
            self.url = url
        }
    }

    /// The links of a call, newest first.
    package struct Shares: Codable, Sendable {
        package var data: [Share]

        package init(data: [Share]) {
            self.data = data
        }
    }

    /// `POST /api/v1/calls/{id}/shares`.
    package struct CreateShare: Codable, Sendable, Noted {
        package var startSeconds: Double
        package var endSeconds: Double
        package var includesTranscript: Bool?
        package var includesAudio: Bool?
        package var expiresAt: Timestamp
        package var password: String?
        package var viewLimit: Int?

        package static var notes: [Note] {
            [
                .of(CodingKeys.startSeconds, "Where the part begins.", range: 0...86_400),
                .of(CodingKeys.endSeconds, "Where it ends.", range: 0...86_400),
                .of(CodingKeys.includesTranscript, "Whether the words are shown; default true."),
                .of(
                    CodingKeys.includesAudio,
                    "Whether the sound is played, which is that of the whole call; default false."),
                .of(CodingKeys.expiresAt, "Within a year."),
                .of(CodingKeys.password, "What else is asked for; kept as a slow hash.", length: 8...200),
                .of(CodingKeys.viewLimit, "How often it can be opened.", range: 1...10_000),
            ]
        }
    }

    /// `POST /api/v1/calls/shared/{token}`.
    package struct OpenShare: Codable, Sendable, Noted {
        package var password: String?

        package static var notes: [Note] { [.of(CodingKeys.password, "Where one was set.", length: 0...200)] }
    }

    /// What a link shows.
    package struct SharedCall: Codable, Sendable {
        package var startSeconds: Double
        package var endSeconds: Double
        package var startedAt: Timestamp
        package var direction: Direction
        /// Empty where the link does not include the words.
        package var segments: [Segment]
        /// Where the part can be played for a while; null where the link does not include the sound.
        package var audioURL: String?
        /// The sound of each file of the call, in the order of time; the first is that of `audio_url`.
        package var audioURLs: [String]
        package var expiresAt: Timestamp

        package init(
            startSeconds: Double, endSeconds: Double, startedAt: Timestamp, direction: Direction, segments: [Segment],
            audioURLs: [String], expiresAt: Timestamp
        ) {
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
            self.startedAt = startedAt
            self.direction = direction
            self.segments = segments
            audioURL = audioURLs.first
            self.audioURLs = audioURLs
            self.expiresAt = expiresAt
        }
    }
}
