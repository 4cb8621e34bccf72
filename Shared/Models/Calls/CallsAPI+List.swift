extension CallsAPI {
    /// A call in a list: without the segments of its transcript and the details of its analysis.
    package struct CallSummary: Codable, Sendable {
        package var id: CallID
        package var externalID: String?
        package var source: String
        package var origin: Origin
        package var direction: Direction
        package var from: Party
        package var to: Party
        package var status: Status
        package var startedAt: Timestamp
        package var endedAt: Timestamp?
        package var durationSeconds: Int?
        package var agentID: UserID?
        package var language: String?
        package var processing: Processing
        package var recording: RecordingSummary?
        package var transcript: TranscriptSummary?
        package var analysis: AnalysisSummary?
        /// What it came to.
        package var dispositionID: DispositionID?
        package var tags: [Tag] = []
        /// Where a search found its words; empty without one.
        package var hits: [TranscriptHit] = []
        package var createdAt: Timestamp
        package var updatedAt: Timestamp
        package var deletedAt: Timestamp?

        package init(
            id: CallID, externalID: String?, source: String, origin: Origin, direction: Direction, from: Party,
            to: Party,
            status: Status, startedAt: Timestamp, endedAt: Timestamp?, durationSeconds: Int?, agentID: UserID?,
            language: String?,
            processing: Processing, recording: RecordingSummary?, transcript: TranscriptSummary?,
            analysis: AnalysisSummary?, dispositionID: DispositionID?,
            createdAt: Timestamp, updatedAt: Timestamp, deletedAt: Timestamp?
        ) {
            self.id = id
            self.externalID = externalID
            self.source = source
            self.origin = origin
            self.direction = direction
            self.from = from
            self.to = to
            self.status = status
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.durationSeconds = durationSeconds
            self.agentID = agentID
            self.language = language
            self.processing = processing
            self.recording = recording
            self.transcript = transcript
            self.analysis = analysis
            self.dispositionID = dispositionID
            self.createdAt = createdAt
            self.updatedAt = updatedAt
            self.deletedAt = deletedAt
        }
    }

    /// What a list says of a recording.
    package struct RecordingSummary: Codable, Sendable, Hashable {
        package var durationSeconds: Double
        package var channels: Int
        package var bytes: Int64

        package init(durationSeconds: Double, channels: Int, bytes: Int64) {
            self.durationSeconds = durationSeconds
            self.channels = channels
            self.bytes = bytes
        }
    }

    /// What a list says of a transcript.
    package struct TranscriptSummary: Codable, Sendable, Hashable {
        package var language: String
        package var engine: String

        package init(language: String, engine: String) {
            self.language = language
            self.engine = engine
        }
    }

    /// What a list says of an analysis.
    package struct AnalysisSummary: Codable, Sendable, Hashable {
        package var engine: String
        /// Null where it is switched off, as the tone is.
        package var summary: String?
        package var sentimentScore: Double?
        package var sentimentLabel: SentimentLabel?
        package var qualityScore: Int?

        package init(
            engine: String, summary: String?, sentimentScore: Double?, sentimentLabel: SentimentLabel?,
            qualityScore: Int?
        ) {
            self.engine = engine
            self.summary = summary
            self.sentimentScore = sentimentScore
            self.sentimentLabel = sentimentLabel
            self.qualityScore = qualityScore
        }
    }
}
