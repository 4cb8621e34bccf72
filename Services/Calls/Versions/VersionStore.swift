import JSON
import Models
import Postgres

/// The versions of what was made of calls, and calls that go through a stage once more.
struct VersionStore: Sendable {
    /// Versions of one call that a list shows.
    private static let bound: Int32 = 200

    let database: Database

    func analyses(
        of call: CallID, showing features: Set<AnalysisFeature>, in tenant: TenantID
    ) async throws -> [CallsAPI.AnalysisVersion] {
        try await database.tenant(tenant).query(
            """
            SELECT version, transcript_version, document, created_at FROM analyses
            WHERE tenant_id = \(tenant) AND call_id = \(call) ORDER BY version DESC LIMIT \(Self.bound)
            """
        ) { row in
            var stored = try ResultStore.analysis(&row)
            stored.analysis = stored.analysis.showing(features)
            return CallsAPI.AnalysisVersion(
                version: stored.version, transcriptVersion: stored.transcriptVersion,
                engine: stored.analysis.engine.rawValue, model: stored.analysis.model,
                rubric: stored.analysis.insights?.rubric?.wire, sentimentScore: stored.analysis.sentiment?.score,
                qualityScore: stored.analysis.quality?.score, analysedAt: stored.analysedAt)
        }
    }

    func analysis(
        _ version: Int, of call: CallID, in tenant: TenantID
    ) async throws -> CallResults.StoredAnalysis? {
        try await database.tenant(tenant).first(
            """
            SELECT version, transcript_version, document, created_at FROM analyses
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND version = \(Int32(clamping: version))
            """
        ) { row in try ResultStore.analysis(&row) }
    }

    func transcripts(of call: CallID, in tenant: TenantID) async throws -> [CallsAPI.TranscriptVersion] {
        try await database.tenant(tenant).query(
            """
            SELECT version, language, engine, model, is_current, edited_by, corrects_version, created_at
            FROM transcripts
            WHERE tenant_id = \(tenant) AND call_id = \(call) ORDER BY version DESC LIMIT \(Self.bound)
            """
        ) { row in
            let (version, language) = (Int(try row.next(Int32.self)), try row.next(String.self))
            let (engine, model) = (try row.next(String.self), try row.next(String.self))
            let (isCurrent, editor) = (try row.next(Bool.self), try row.next(UserID?.self))
            return CallsAPI.TranscriptVersion(
                version: version, language: language, engine: engine, model: model, isCurrent: isCurrent,
                editedBy: editor, correctsVersion: try row.next(Int32?.self).map(Int.init),
                createdAt: try row.next(Timestamp.self))
        }
    }

    func transcript(
        _ version: Int, of call: CallID, in tenant: TenantID
    ) async throws -> CallResults.StoredTranscript? {
        try await database.tenant(tenant).first(
            """
            SELECT version, language, engine, model, segments, usage FROM transcripts
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND version = \(Int32(clamping: version))
            """
        ) { row in try ResultStore.transcript(&row) }
    }

    /// Has a call that is at rest analysed once more; nil when it is not.
    func analyseAgain(
        _ id: CallID, engine: EngineChoice?, rubric: RubricID?, reach: CallReach, in tenant: TenantID
    ) async throws -> Call? {
        try await database.tenant(tenant).transaction { transaction in
            try await Self.analyseAgain(id, engine: engine, rubric: rubric, reach: reach, in: transaction, tenant)
        }
    }

    /// The same as a part of something more.
    static func analyseAgain(
        _ id: CallID, engine: EngineChoice? = nil, rubric: RubricID? = nil, reach: CallReach,
        in transaction: Transaction, _ tenant: TenantID
    ) async throws -> Call? {
        let call = try await again(
            id, to: .transcribed, if: "transcript_engine IS NOT NULL", reach: reach, in: transaction, tenant)
        if call != nil { try await AnalyseCallJob.enqueue(id, engine: engine, rubric: rubric, in: transaction) }
        return call
    }

    /// Has the recording of a call that is at rest written down once more; nil when it is not.
    func transcribeAgain(
        _ id: CallID, engine: EngineChoice?, language: String?, reach: CallReach, in tenant: TenantID
    ) async throws -> Call? {
        try await database.tenant(tenant).transaction { transaction in
            try await Self.transcribeAgain(
                id, engine: engine, language: language, reach: reach, in: transaction, tenant)
        }
    }

    /// The same as a part of something more.
    static func transcribeAgain(
        _ id: CallID, engine: EngineChoice? = nil, language: String? = nil, reach: CallReach,
        in transaction: Transaction, _ tenant: TenantID
    ) async throws -> Call? {
        let call = try await again(
            id, to: .recordingStored, if: "recording_bytes IS NOT NULL", reach: reach, in: transaction, tenant)
        if call != nil {
            try await TranscribeCallJob.enqueue(id, engine: engine, language: language, in: transaction)
        }
        return call
    }

    private static func again(
        _ id: CallID, to stage: ProcessingStage, if condition: SQL, reach: CallReach, in transaction: Transaction,
        _ tenant: TenantID
    ) async throws -> Call? {
        let call = try await transaction.first(
            """
            UPDATE calls SET stage = \(stage.rawValue), stage_since = now(), stage_attempts = 0,
                stage_error_code = NULL, stage_error_detail = NULL, updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL AND \(condition)
              AND \(isAtRest)\(reach.condition)
            RETURNING \(unescaped: Call.columns)
            """, as: Call.self)
        guard call != nil else { return nil }
        try await transaction.execute(
            "DELETE FROM jobs WHERE tenant_id = \(tenant) AND subject_id = \(id) AND state = 'dead'")
        return call
    }

    /// Nothing works on the call, and nothing will by itself but what waits for a budget.
    static let isAtRest: SQL = """
        (stage IN ('analysed', 'failed') OR stage_error_code IN ('budget_exceeded', 'feature_disabled')
            OR stage = 'recording_stored' AND NOT EXISTS (
                SELECT FROM jobs WHERE jobs.tenant_id = calls.tenant_id AND jobs.subject_id = calls.id
                AND jobs.state <> 'dead'))
        """
}
