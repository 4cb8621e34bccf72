import JSON
import Models
import Postgres

extension Call: PostgresRowDecodable {
    static let columns: StaticString = """
        id, source, external_id, origin, is_test, direction, from_kind, from_value, from_number, from_raw, to_kind, to_value,
        to_number, to_raw, status, provider_status, started_at, answered_at, ended_at, agent_id, language, metadata, stage, stage_since,
        stage_attempts, stage_error_code, stage_error_detail, recording_seconds, recording_channels, recording_bytes,
        transcript_version, transcript_language, transcript_engine, analysis_engine, analysis_summary, sentiment_score,
        sentiment_label, quality_score, legal_hold, version, created_at, updated_at, deleted_at, disposition_id
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(CallID.self)
        source = try row.next(String.self)
        externalID = try row.next(String?.self)
        origin = try row.next(CallOrigin.self)
        isTest = try row.next(Bool.self)
        direction = try row.next(CallDirection.self)
        from = try Party(row: &row)
        to = try Party(row: &row)
        status = try row.next(CallStatus.self)
        providerStatus = try row.next(String?.self)
        startedAt = try row.next(Timestamp.self)
        answeredAt = try row.next(Timestamp?.self)
        endedAt = try row.next(Timestamp?.self)
        agentID = try row.next(UserID?.self)
        language = try row.next(String?.self)
        metadata = try row.next(JSONText.self)
        processing = try Processing(row: &row)
        recording = try RecordingOutline.read(&row)
        transcript = try TranscriptOutline.read(&row)
        analysis = try AnalysisOutline.read(&row)
        isHeld = try row.next(Bool.self)
        version = try row.next(Int64.self)
        createdAt = try row.next(Timestamp.self)
        updatedAt = try row.next(Timestamp.self)
        deletedAt = try row.next(Timestamp?.self)
        dispositionID = try row.next(DispositionID?.self)
    }
}

extension Party {
    fileprivate init(row: inout RowReader) throws(PostgresError) {
        self.init(
            kind: try row.next(Kind.self), value: try row.next(String.self), number: try row.next(String?.self),
            raw: try row.next(String.self))
    }
}

extension Processing {
    fileprivate init(row: inout RowReader) throws(PostgresError) {
        stage = try row.next(ProcessingStage.self)
        since = try row.next(Timestamp.self)
        attempts = Int(try row.next(Int32.self))
        errorCode = try row.next(String?.self)
        errorDetail = try row.next(String?.self)
    }
}

extension RecordingOutline {
    fileprivate static func read(_ row: inout RowReader) throws(PostgresError) -> RecordingOutline? {
        let seconds = try row.next(Double?.self)
        let channels = try row.next(Int32?.self)
        let bytes = try row.next(Int64?.self)
        guard let seconds, let channels, let bytes else { return nil }
        return RecordingOutline(durationSeconds: seconds, channels: Int(channels), bytes: bytes)
    }
}

extension TranscriptOutline {
    fileprivate static func read(_ row: inout RowReader) throws(PostgresError) -> TranscriptOutline? {
        let version = try row.next(Int32.self)
        let language = try row.next(String?.self)
        let engine = try row.next(String?.self)
        guard let language, let engine else { return nil }
        return TranscriptOutline(version: Int(version), language: language, engine: engine)
    }
}

extension AnalysisOutline {
    fileprivate static func read(_ row: inout RowReader) throws(PostgresError) -> AnalysisOutline? {
        let engine = try row.next(String?.self)
        let summary = try row.next(String?.self)
        let score = try row.next(Double?.self)
        let label = try row.next(SentimentLabel?.self)
        let quality = try row.next(Int32?.self)
        guard let engine else { return nil }
        return AnalysisOutline(
            engine: engine, summary: summary, sentimentScore: score, sentimentLabel: label,
            qualityScore: quality.map(Int.init))
    }
}
