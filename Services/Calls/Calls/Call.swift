import JSON
import Models

/// A call and the state of its processing.
struct Call: Sendable {
    var id: CallID
    var source: String
    var externalID: String?
    var origin: CallOrigin
    var isTest: Bool
    var direction: CallDirection
    var from: Party
    var to: Party
    var status: CallStatus
    var providerStatus: String?
    var startedAt: Timestamp
    var answeredAt: Timestamp?
    var endedAt: Timestamp?
    var agentID: UserID?
    var language: String?
    var metadata: JSONText
    var processing: Processing
    var recording: RecordingOutline?
    var transcript: TranscriptOutline?
    var analysis: AnalysisOutline?
    /// A legal hold keeps it from being deleted.
    var isHeld: Bool
    var version: Int64
    var createdAt: Timestamp
    var updatedAt: Timestamp
    var deletedAt: Timestamp?
    var dispositionID: DispositionID?

    /// Whole seconds from start to end; nil while it runs.
    var durationSeconds: Int? {
        endedAt.map { Int(($0 - startedAt).components.seconds) }
    }
}

/// The state of a call's pipeline.
struct Processing: Sendable, Hashable {
    var stage: ProcessingStage
    var since: Timestamp
    var attempts: Int
    var errorCode: String?
    var errorDetail: String?
}

/// What a list shows of a recording.
struct RecordingOutline: Sendable, Hashable {
    var durationSeconds: Double
    var channels: Int
    var bytes: Int64
}

/// What a list shows of a transcript.
struct TranscriptOutline: Sendable, Hashable {
    var version: Int
    var language: String
    var engine: String
}

/// What a list shows of an analysis.
struct AnalysisOutline: Sendable, Hashable {
    var engine: String
    var summary: String?
    var sentimentScore: Double?
    var sentimentLabel: SentimentLabel?
    var qualityScore: Int?
}
