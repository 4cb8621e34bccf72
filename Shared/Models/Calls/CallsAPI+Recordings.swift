package import JSON

extension CallsAPI {
    /// Why a stretch of a recording is silent.
    package enum RedactionReason: String, Codable, CaseIterable, Sendable {
        /// A payment card's number was spoken.
        case cardNumber = "card_number"
        /// Somebody said so.
        case manual
        /// The recording was paused.
        case paused
    }

    /// One of the files of a call: a transfer, or a recording that was stopped and begun again, leaves several.
    package struct RecordingFile: Codable, Sendable {
        package var recording: Recording
        /// Where it begins on the time of the call's first, which is that of transcript and silent stretches.
        package var offsetSeconds: Double
        /// Null where the phone system does not say.
        package var startedAt: Timestamp?

        package init(recording: Recording, offsetSeconds: Double, startedAt: Timestamp?) {
            self.recording = recording
            self.offsetSeconds = offsetSeconds
            self.startedAt = startedAt
        }
    }

    /// `GET /api/v1/calls/{id}/recordings`.
    package struct CallRecordings: Codable, Sendable {
        package var data: [RecordingFile]

        package init(data: [RecordingFile]) { self.data = data }
    }

    /// A stretch of a recording that is silent, and whose words are out of the transcript.
    package struct Redaction: Codable, Sendable {
        package var id: RedactionID
        /// Null for all channels.
        package var channel: Int?
        package var startSeconds: Double
        /// Null while a pause lasts.
        package var endSeconds: Double?
        package var reason: RedactionReason
        /// Null for what was found.
        package var createdBy: UserID?
        package var createdAt: Timestamp

        package init(
            id: RedactionID, channel: Int?, startSeconds: Double, endSeconds: Double?, reason: RedactionReason,
            createdBy: UserID?, createdAt: Timestamp
        ) {
            self.id = id
            self.channel = channel
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
            self.reason = reason
            self.createdBy = createdBy
            self.createdAt = createdAt
        }
    }

    /// The silent stretches of a call, in the order of time.
    package struct Redactions: Codable, Sendable {
        /// Whether the silenced copy is still being made; until then nothing is played.
        package var isPending: Bool
        package var data: [Redaction]

        package init(isPending: Bool, data: [Redaction]) {
            self.isPending = isPending
            self.data = data
        }
    }

    /// `POST /api/v1/calls/{id}/redactions`.
    package struct CreateRedaction: Codable, Sendable, Noted {
        package var startSeconds: Double
        package var endSeconds: Double
        package var channel: Int?

        package static var notes: [Note] {
            [
                .of(CodingKeys.startSeconds, "Where it begins.", range: 0...43_200),
                .of(CodingKeys.endSeconds, "Where it ends.", range: 0...43_200),
                .of(CodingKeys.channel, "0 or 1; all channels when left out.", range: 0...1),
            ]
        }
    }

    /// `POST /api/v1/calls/{id}/redactions/pause` and `/resume`.
    package struct MarkPause: Codable, Sendable, Noted {
        package var atSeconds: Double?

        package static var notes: [Note] {
            [
                .of(
                    CodingKeys.atSeconds, "Seconds of the recording; those since the call was answered when left out.",
                    range: 0...43_200)
            ]
        }
    }

    /// Somebody's listening to a recording.
    package struct Listen: Codable, Sendable {
        package var id: ListenID
        /// Null for an API key's.
        package var userID: UserID?
        package var apiKeyID: APIKeyID?
        /// As whom a super admin listened.
        package var impersonatorID: UserID?
        /// The link of somebody without an account, who has neither id.
        package var shareID: ShareID?
        package var isDownload: Bool
        /// Whether what was silenced was heard.
        package var isOriginal: Bool
        /// Which part, by the bytes that were asked for.
        package var fromSeconds: Double
        package var toSeconds: Double
        package var startedAt: Timestamp
        package var endedAt: Timestamp

        package init(
            id: ListenID, userID: UserID?, apiKeyID: APIKeyID?, impersonatorID: UserID?, shareID: ShareID?,
            isDownload: Bool, isOriginal: Bool, fromSeconds: Double, toSeconds: Double, startedAt: Timestamp,
            endedAt: Timestamp
        ) {
            self.id = id
            self.userID = userID
            self.apiKeyID = apiKeyID
            self.impersonatorID = impersonatorID
            self.shareID = shareID
            self.isDownload = isDownload
            self.isOriginal = isOriginal
            self.fromSeconds = fromSeconds
            self.toSeconds = toSeconds
            self.startedAt = startedAt
            self.endedAt = endedAt
        }
    }

    /// A legal hold: while it lasts, nothing of the call is removed.
    package struct LegalHold: Codable, Sendable {
        package var id: LegalHoldID
        package var reason: String
        package var heldBy: UserID?
        package var heldAt: Timestamp
        package var releasedBy: UserID?
        package var releasedAt: Timestamp?

        package init(
            id: LegalHoldID, reason: String, heldBy: UserID?, heldAt: Timestamp, releasedBy: UserID?,
            releasedAt: Timestamp?
        ) {
            self.id = id
            self.reason = reason
            self.heldBy = heldBy
            self.heldAt = heldAt
            self.releasedBy = releasedBy
            self.releasedAt = releasedAt
        }
    }

    /// The holds on a call, the newest first.
    package struct LegalHolds: Codable, Sendable {
        package var isHeld: Bool
        package var data: [LegalHold]

        package init(isHeld: Bool, data: [LegalHold]) {
            self.isHeld = isHeld
            self.data = data
        }
    }

    /// `PUT /api/v1/calls/{id}/legal-hold`.
    package struct SetLegalHold: Codable, Sendable, Noted {
        package var reason: String

        package static var notes: [Note] {
            [.of(CodingKeys.reason, "Why the call is kept, such as a case number.", length: 1...500)]
        }
    }

    /// What a tenant's recordings take.
    package struct Storage: Codable, Sendable {
        package var recordings: Int
        package var recordedSeconds: Double
        package var bytes: Int64
        /// Of the copies in which something is silent.
        package var redactedBytes: Int64
        /// What recoding has freed.
        package var savedBytes: Int64
        /// The mean of the last 30 days.
        package var bytesPerDay: Int64
        /// What the plan has room for.
        package var limitBytes: Int64?
        /// Until the plan's room is full at that rate; null without a limit or without growth.
        package var daysLeft: Int?
        /// Recordings that wait to be written down, and since when the oldest does.
        package var waitingTranscriptions: Int
        package var oldestWaitingSince: Timestamp?

        package init(
            recordings: Int, recordedSeconds: Double, bytes: Int64, redactedBytes: Int64, savedBytes: Int64,
            bytesPerDay: Int64, limitBytes: Int64?, daysLeft: Int?, waitingTranscriptions: Int,
            oldestWaitingSince: Timestamp?
        ) {
            self.recordings = recordings
            self.recordedSeconds = recordedSeconds
            self.bytes = bytes
            self.redactedBytes = redactedBytes
            self.savedBytes = savedBytes
            self.bytesPerDay = bytesPerDay
            self.limitBytes = limitBytes
            self.daysLeft = daysLeft
            self.waitingTranscriptions = waitingTranscriptions
            self.oldestWaitingSince = oldestWaitingSince
        }
    }

    /// `POST /api/v1/recordings/uploads`.
    package struct CreateUpload: Codable, Sendable, Noted {
        package var callID: CallID
        package var bytes: Int64
        package var agentChannel: Int?
        package var transcribe: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.callID, "The call that was recorded."),
                .of(CodingKeys.bytes, "How many bytes there are.", range: 1...(2 << 30)),
                .of(CodingKeys.agentChannel, "The channel that carries the agent.", range: 0...1),
                .of(CodingKeys.transcribe, "Write an imported call down too."),
            ]
        }
    }

    /// An upload that comes in parts.
    package struct Upload: Codable, Sendable {
        package var id: UploadID
        package var callID: CallID
        package var bytes: Int64
        /// How many have arrived: the next part begins there.
        package var offset: Int64
        /// What one part may weigh.
        package var partLimitBytes: Int
        package var isComplete: Bool
        package var expiresAt: Timestamp

        package init(
            id: UploadID, callID: CallID, bytes: Int64, offset: Int64, partLimitBytes: Int, isComplete: Bool,
            expiresAt: Timestamp
        ) {
            self.id = id
            self.callID = callID
            self.bytes = bytes
            self.offset = offset
            self.partLimitBytes = partLimitBytes
            self.isComplete = isComplete
            self.expiresAt = expiresAt
        }
    }
}
