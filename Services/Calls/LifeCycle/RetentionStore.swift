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

    /// Removes some recordings of calls that were over before an instant; their bytes go next.
    func removeRecordings(before instant: Timestamp) async throws -> [RecordingID] {
        try await rows.query(
            """
            DELETE FROM recordings WHERE tenant_id = \(tenant) AND call_id IN (
                SELECT call.id FROM calls AS call
                JOIN recordings AS r ON r.tenant_id = call.tenant_id AND r.call_id = call.id
                WHERE call.tenant_id = \(tenant) AND NOT call.legal_hold
                  AND coalesce(call.ended_at, call.started_at) < \(instant) LIMIT \(Self.bound))
            RETURNING id
            """
        ) { row in try row.next(RecordingID.self) }
    }

    /// Removes some transcripts with what was made of them; how many calls lost theirs.
    func removeTranscripts(before instant: Timestamp) async throws -> Int {
        try await rows.execute(
            """
            WITH old AS (
                SELECT call.id FROM calls AS call
                WHERE call.tenant_id = \(tenant) AND NOT call.legal_hold
                  AND coalesce(call.ended_at, call.started_at) < \(instant)
                  AND EXISTS (SELECT FROM transcripts AS t WHERE t.tenant_id = call.tenant_id AND t.call_id = call.id)
                LIMIT \(Self.bound)
            ), gone AS (
                DELETE FROM transcripts WHERE tenant_id = \(tenant) AND call_id IN (SELECT id FROM old)
            )
            UPDATE calls SET analysis_summary = NULL, analysis_engine = NULL, sentiment_score = NULL,
                sentiment_label = NULL, quality_score = NULL, version = version + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND id IN (SELECT id FROM old)
            """)
    }
}
