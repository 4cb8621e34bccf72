import Models
import Postgres

/// Removes what a tenant does not keep any longer; what is on legal hold stays.
struct RetentionStore: Sendable {
    /// How many calls one statement looks at.
    private static let bound: Int32 = 200

    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    /// The tenants that have calls.
    static func tenants(in database: Database) async throws -> [TenantID] {
        try await database.query("SELECT tenants_with_calls()") { row in try row.next(TenantID.self) }
    }

    /// Removes some calls that were over before an instant, with all that hangs on them; figures of them stay.
    ///
    /// Gives the recordings whose bytes go next; nil when there was no such call.
    func removeCalls(before instant: Timestamp) async throws -> [RecordingID?]? {
        try await CallRemovalStore(rows: rows).remove(
            """
            gone AS (
                DELETE FROM calls WHERE tenant_id = \(tenant) AND id IN (
                    SELECT id FROM calls
                    WHERE tenant_id = \(tenant) AND NOT legal_hold AND coalesce(ended_at, started_at) < \(instant)
                    LIMIT \(Self.bound))
                RETURNING id
            )
            """)
    }

    /// Removes some recordings of calls that were over before an instant, and what the calls tell of them; their bytes
    /// go next.
    ///
    /// One for each file, nil where only the call still told of it; empty when there was no such call. What waited for
    /// its recording to be written down does not wait any longer.
    func removeRecordings(before instant: Timestamp) async throws -> [RecordingID?] {
        try await rows.query(
            """
            WITH \(old(than: instant, where: "recording_bytes IS NOT NULL")), gone AS (
                DELETE FROM recordings WHERE tenant_id = \(tenant) AND call_id IN (SELECT id FROM old)
                RETURNING id, call_id
            ), told AS (
                UPDATE calls SET recording_seconds = NULL, recording_channels = NULL, recording_bytes = NULL,
                    \(resting(at: "'no_recording'", insteadOf: [.recordingStored, .transcribing]))
                WHERE tenant_id = \(tenant) AND id IN (SELECT id FROM old)
            )
            SELECT gone.id FROM old LEFT JOIN gone ON gone.call_id = old.id
            """
        ) { row in try row.next(RecordingID?.self) }
    }

    /// Removes some transcripts with what was made of them and what providers have said of the words; how many calls lost
    /// theirs.
    func removeTranscripts(before instant: Timestamp) async throws -> Int {
        let rest: SQL = "CASE WHEN recording_bytes IS NULL THEN 'no_recording' ELSE 'recording_stored' END"
        return try await rows.execute(
            """
            WITH \(old(than: instant, where: "transcript_engine IS NOT NULL")), gone AS (
                DELETE FROM transcripts WHERE tenant_id = \(tenant) AND call_id IN (SELECT id FROM old)
            ), untold AS (
                DELETE FROM call_topics WHERE tenant_id = \(tenant) AND call_id IN (SELECT id FROM old)
            ), unfound AS (
                DELETE FROM call_tracker_hits WHERE tenant_id = \(tenant) AND call_id IN (SELECT id FROM old)
            ), unsaid AS (
                UPDATE call_accounts SET document = document - 'transcript' - 'summary'
                WHERE tenant_id = \(tenant) AND call_id IN (SELECT id FROM old)
            ), unheard AS (
                DELETE FROM hook_payloads USING hook_payload_calls AS link
                WHERE hook_payloads.tenant_id = \(tenant) AND hook_payloads.id = link.payload_id
                  AND link.tenant_id = \(tenant) AND link.call_id IN (SELECT id FROM old)
            )
            UPDATE calls SET transcript_language = NULL, transcript_engine = NULL, analysis_summary = NULL,
                analysis_engine = NULL, sentiment_score = NULL, sentiment_label = NULL, quality_score = NULL,
                \(resting(at: rest, insteadOf: [.transcribed, .analysing]))
            WHERE tenant_id = \(tenant) AND id IN (SELECT id FROM old)
            """)
    }

    /// Some calls that were over before an instant and are not held.
    private func old(than instant: Timestamp, where condition: SQL) -> SQL {
        """
        old AS (
            SELECT id FROM calls
            WHERE tenant_id = \(tenant) AND \(condition) AND NOT legal_hold AND coalesce(ended_at, started_at) < \(instant)
            LIMIT \(Self.bound) FOR UPDATE
        )
        """
    }

    /// The end of an update of calls: those at some stages stand at another one, with nothing that they wait for.
    private func resting(at rest: SQL, insteadOf stages: [ProcessingStage]) -> SQL {
        let waits: SQL = "stage = ANY (\(stages.map(\.rawValue))::text[])"
        return """
            stage = CASE WHEN \(waits) THEN \(rest) ELSE stage END,
            stage_since = CASE WHEN \(waits) THEN now() ELSE stage_since END,
            stage_error_code = CASE WHEN \(waits) THEN NULL ELSE stage_error_code END,
            stage_error_detail = CASE WHEN \(waits) THEN NULL ELSE stage_error_detail END,
            updated_at = now(), version = version + 1
            """
    }
}
