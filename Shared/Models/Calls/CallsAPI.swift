package import JSON

/// The wire types of calls.
package enum CallsAPI {
    package typealias Direction = CallDirection
    package typealias Status = CallStatus
    package typealias Origin = CallOrigin
    package typealias Stage = ProcessingStage
    package typealias Speaker = Models.Speaker
    package typealias SentimentLabel = Models.SentimentLabel

    /// One end of a call.
    package struct Party: Codable, Sendable, Hashable {
        /// What kind of end `value` names.
        package enum Kind: String, Codable, CaseIterable, Sendable {
            case phone, `extension`, sip, web, withheld
        }

        package var kind: Kind
        /// The end in its best form: E.164, the extension, the SIP address; empty when withheld.
        package var value: String
        /// E.164, for telephone numbers alone.
        package var number: String?
        /// As it was handed in.
        package var raw: String

        package init(kind: Kind, value: String, number: String?, raw: String) {
            self.kind = kind
            self.value = value
            self.number = number
            self.raw = raw
        }
    }

    /// `POST /api/v1/calls`.
    package struct CreateCall: Codable, Sendable, Noted {
        package var externalID: String?
        package var direction: Direction
        package var from: String
        package var to: String
        package var startedAt: Timestamp
        package var answeredAt: Timestamp?
        package var endedAt: Timestamp?
        package var status: Status
        package var agentID: UserID?
        package var language: String?
        package var origin: Origin?
        package var metadata: JSONText?

        package static var notes: [Note] {
            [
                .of(
                    CodingKeys.externalID, "The caller's own id; the same id again answers the first call.",
                    length: 1...200),
                .of(CodingKeys.from, "Number, extension, SIP address; empty when withheld.", length: 0...200),
                .of(CodingKeys.to, "Number, extension, SIP address; empty when withheld.", length: 0...200),
                .of(CodingKeys.agentID, "The user who spoke; an agent's own calls default to the agent."),
                .of(CodingKeys.language, "BCP 47 tag of the spoken language; default the tenant's.", length: 2...35),
                .of(CodingKeys.origin, "import for history: nothing is dialled, sent or charged because of it."),
                .of(CodingKeys.metadata, "A JSON object of at most 16 KiB, kept as it is."),
            ]
        }
    }

    /// The state of the pipeline.
    package struct Processing: Codable, Sendable, Hashable {
        package var stage: Stage
        package var since: Timestamp
        package var attempts: Int
        package var error: ProcessingError?

        package init(stage: Stage, since: Timestamp, attempts: Int, error: ProcessingError?) {
            self.stage = stage
            self.since = since
            self.attempts = attempts
            self.error = error
        }
    }

    /// Why the last attempt failed.
    package struct ProcessingError: Codable, Sendable, Hashable {
        package var code: String
        package var detail: String

        package init(code: String, detail: String) {
            self.code = code
            self.detail = detail
        }
    }

    /// A stored recording.
    package struct Recording: Codable, Sendable, Hashable {
        package var id: RecordingID
        package var durationSeconds: Double
        package var channels: Int
        package var contentType: String
        package var bytes: Int64
        /// SHA-256 of the bytes, lower-case hexadecimal.
        package var sha256: String
        /// Whether something in it is silent for those who may not hear it.
        package var isRedacted: Bool

        package init(
            id: RecordingID, durationSeconds: Double, channels: Int, contentType: String, bytes: Int64, sha256: String,
            isRedacted: Bool
        ) {
            self.id = id
            self.durationSeconds = durationSeconds
            self.channels = channels
            self.contentType = contentType
            self.bytes = bytes
            self.sha256 = sha256
            self.isRedacted = isRedacted
        }
    }

    /// A call with all that is known of it.
    package struct Call: Codable, Sendable {
        package var id: CallID
        package var externalID: String?
        /// The connection's id, or `api`.
        package var source: String
        package var origin: Origin
        package var direction: Direction
        package var from: Party
        package var to: Party
        package var status: Status
        /// The provider's own word for the state.
        package var providerStatus: String?
        package var startedAt: Timestamp
        package var answeredAt: Timestamp?
        package var endedAt: Timestamp?
        package var durationSeconds: Int?
        package var agentID: UserID?
        package var language: String?
        package var metadata: JSONText
        package var processing: Processing
        package var recording: Recording?
        package var transcript: Transcript?
        package var analysis: Analysis?
        /// What it came to.
        package var disposition: CallDisposition?
        package var tags: [Tag] = []
        package var createdAt: Timestamp
        package var updatedAt: Timestamp
        /// When the call was put into the bin, whence it is removed for good after 30 days.
        package var deletedAt: Timestamp?

        package init(
            id: CallID, externalID: String?, source: String, origin: Origin, direction: Direction, from: Party,
            to: Party,
            status: Status, providerStatus: String?, startedAt: Timestamp, answeredAt: Timestamp?, endedAt: Timestamp?,
            durationSeconds: Int?, agentID: UserID?, language: String?, metadata: JSONText, processing: Processing,
            recording: Recording?, transcript: Transcript?, analysis: Analysis?,
            disposition: CallDisposition?, createdAt: Timestamp, updatedAt: Timestamp,
            deletedAt: Timestamp?
        ) {
            self.id = id
            self.externalID = externalID
            self.source = source
            self.origin = origin
            self.direction = direction
            self.from = from
            self.to = to
            self.status = status
            self.providerStatus = providerStatus
            self.startedAt = startedAt
            self.answeredAt = answeredAt
            self.endedAt = endedAt
            self.durationSeconds = durationSeconds
            self.agentID = agentID
            self.language = language
            self.metadata = metadata
            self.processing = processing
            self.recording = recording
            self.transcript = transcript
            self.analysis = analysis
            self.disposition = disposition
            self.createdAt = createdAt
            self.updatedAt = updatedAt
            self.deletedAt = deletedAt
        }
    }
}
