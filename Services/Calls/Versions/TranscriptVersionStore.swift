import JSON
import Models
import Postgres

/// Keeps transcripts: each is a version of its own, and the newest is the current one, which is searched and shown.
enum TranscriptVersionStore {
    /// Whose correction a version is, and of which one.
    struct Correction: Sendable {
        var editor: UserID?
        var version: Int
    }

    /// The one statement by which a transcript becomes the current version of a call that is in some state, together with
    /// the call's own row; gives the call, and nothing when it is not in that state, or in the bin.
    ///
    /// With `isMoving` the call goes on to its analysis.
    static func keeping(
        _ transcript: Transcript, words: [String], of id: CallID, where condition: SQL, isMoving: Bool = true,
        correction: Correction? = nil, in tenant: TenantID
    ) throws -> SQL {
        let segments = try JSONText(encoding: transcript.segments)
        let usage = try JSONText(encoding: transcript.usage)
        let (language, engine, model) = (transcript.language, transcript.engine.rawValue, transcript.model)
        return """
            WITH moved AS (
                UPDATE calls SET stage = CASE WHEN \(isMoving) THEN 'transcribed' ELSE stage END,
                    stage_since = CASE WHEN \(isMoving) THEN now() ELSE stage_since END,
                    stage_attempts = CASE WHEN \(isMoving) THEN 0 ELSE stage_attempts END,
                    stage_error_code = CASE WHEN \(isMoving) THEN NULL ELSE stage_error_code END,
                    stage_error_detail = CASE WHEN \(isMoving) THEN NULL ELSE stage_error_detail END,
                    transcript_version = transcript_version + 1, transcript_language = \(language),
                    transcript_engine = \(engine), updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL AND \(condition)
                RETURNING *
            ), retired AS (
                UPDATE transcripts SET is_current = false
                WHERE tenant_id = \(tenant) AND call_id = \(id) AND is_current AND EXISTS (SELECT 1 FROM moved)
            ), added AS (
                INSERT INTO transcripts (tenant_id, call_id, version, language, engine, model, segments, usage, words,
                    edited_by, corrects_version)
                SELECT tenant_id, id, transcript_version, \(language), \(engine), \(model), \(segments), \(usage),
                    array_to_tsvector(\(words)), \(correction?.editor), \(correction.map { Int32(clamping: $0.version) })
                FROM moved
            )
            SELECT \(unescaped: Call.columns) FROM moved
            """
    }
}
