import JSON
import Models
import Postgres

/// The pipeline's transitions: each is one statement that is guarded by the stage it leaves, together with the job and
/// the event that follow from it.
///
/// Each gives nil when the call is not in that stage any more, or in the bin: somebody else was there first.
struct PipelineStore: Sendable {
    let database: Database

    /// Begins, or begins again, the transcription of a stored recording.
    func startTranscribing(_ id: CallID, in tenant: TenantID) async throws -> Call? {
        try await start(.transcribing, of: id, from: [.recordingStored, .transcribing], in: tenant)
    }

    /// Begins, or begins again, the analysis of a transcript.
    func startAnalysing(_ id: CallID, in tenant: TenantID) async throws -> Call? {
        try await start(.analysing, of: id, from: [.transcribed, .analysing], in: tenant)
    }

    private func start(
        _ stage: ProcessingStage, of id: CallID, from: [ProcessingStage], in tenant: TenantID
    ) async throws -> Call? {
        let (from, to) = (from.map(\.rawValue), stage.rawValue)
        return try await database.tenant(tenant).first(
            """
            UPDATE calls SET stage = \(to),
                stage_since = CASE WHEN stage = \(to) THEN stage_since ELSE now() END,
                stage_attempts = CASE WHEN stage = \(to) THEN stage_attempts + 1 ELSE 1 END,
                updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND stage = ANY (\(from)) AND deleted_at IS NULL
            RETURNING \(unescaped: Call.columns)
            """, as: Call.self)
    }

    /// Keeps a transcript as the current version and has it analysed.
    func finishTranscribing(
        _ id: CallID, _ transcript: Transcript, words: [String], _ used: StageUsage? = nil,
        redactions: [SilentSpan] = [],
        in tenant: TenantID
    ) async throws -> Call? {
        let statement = try TranscriptVersionStore.keeping(
            transcript, words: words, of: id, where: "stage = 'transcribing'", in: tenant)
        return try await database.tenant(tenant).transaction { transaction in
            let call = try await transaction.first(statement, as: Call.self)
            guard let call else { return nil }
            try await CallEvents.publish(.callTranscribed, of: call, in: transaction)
            if let used { try await CostStore.record(used, in: tenant, transaction) }
            try await LiveStore.clear(id, in: tenant, transaction)
            _ = try await RedactionStore.add(redactions, .cardNumber, of: id, by: nil, in: tenant, transaction)
            // Another engine may have understood the number where the one before did not.
            try await RedactionStore.silenceTranscripts(
                of: id, redactions, areRetired: true, in: tenant, transaction)
            try await AnalyseCallJob.enqueue(id, in: transaction)
            return call
        }
    }

    /// Keeps an analysis, which ends the pipeline.
    func finishAnalysing(
        _ id: CallID, _ analysis: Analysis, _ used: StageUsage? = nil, in tenant: TenantID
    ) async throws -> Call? {
        let document = try JSONText(encoding: analysis)
        let usage = try JSONText(encoding: analysis.usage)
        let (engine, model) = (analysis.engine.rawValue, analysis.model)
        return try await database.tenant(tenant).transaction { transaction in
            let call = try await transaction.first(
                """
                WITH moved AS (
                    UPDATE calls SET stage = 'analysed', stage_since = now(), stage_attempts = 0,
                        stage_error_code = NULL, stage_error_detail = NULL, analysis_engine = \(engine),
                        analysis_summary = \(analysis.summary), sentiment_score = \(analysis.sentiment?.score),
                        sentiment_label = \(analysis.sentiment?.label.rawValue),
                        quality_score = \(analysis.quality.map { Int32($0.score) }),
                        updated_at = now(), version = version + 1
                    WHERE tenant_id = \(tenant) AND id = \(id) AND stage = 'analysing' AND deleted_at IS NULL
                    RETURNING *
                ), added AS (
                    INSERT INTO analyses (tenant_id, call_id, version, transcript_version, engine, model, document, usage)
                    SELECT tenant_id, id,
                        (SELECT coalesce(max(a.version), 0) + 1 FROM analyses AS a
                         WHERE a.tenant_id = moved.tenant_id AND a.call_id = moved.id),
                        transcript_version, \(engine), \(model), \(document), \(usage)
                    FROM moved
                )
                SELECT \(unescaped: Call.columns) FROM moved
                """, as: Call.self)
            guard let call else { return nil }
            try await CallEvents.publish(.callAnalysed, of: call, in: transaction)
            _ = try await transaction.batch(
                TrackerStore.replaceHits(analysis.insights?.trackers ?? [], of: call, in: tenant))
            if let used { try await CostStore.record(used, in: tenant, transaction) }
            return call
        }
    }

    /// Notes why an attempt failed; one that `isFinal` ends the processing until somebody asks for it again.
    func noteFailure(
        _ id: CallID, code: String, detail: String, isFinal: Bool, in tenant: TenantID
    ) async throws -> Call? {
        try await database.tenant(tenant).transaction { transaction in
            let call = try await transaction.first(
                """
                UPDATE calls SET stage_error_code = \(code), stage_error_detail = \(detail),
                    stage = CASE WHEN \(isFinal) THEN 'failed' ELSE stage END,
                    stage_since = CASE WHEN \(isFinal) THEN now() ELSE stage_since END,
                    updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(id)
                  AND stage IN ('recording_stored', 'transcribing', 'transcribed', 'analysing')
                RETURNING \(unescaped: Call.columns)
                """, as: Call.self)
            if isFinal, let call { try await CallEvents.publish(.callProcessingFailed, of: call, in: transaction) }
            return call
        }
    }

    /// Says that the recording's wait is over, for a call that has none; what its provider wrote down may take its place.
    func giveUpRecording(
        _ id: CallID, before: Timestamp, writesDown: Bool = false, in tenant: TenantID
    ) async throws -> Call? {
        try await database.tenant(tenant).transaction { transaction in
            let call = try await transaction.first(
                """
                UPDATE calls SET stage = 'no_recording', stage_since = now(), updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(id) AND stage IN ('received', 'recording_pending')
                  AND stage_since < \(before)
                RETURNING \(unescaped: Call.columns)
                """, as: Call.self)
            guard let call, writesDown else { return call }
            let words = ProvidedTranscriptStore(transaction: transaction, tenant: tenant)
            return try await words.writeDown(id) ?? call
        }
    }
}
