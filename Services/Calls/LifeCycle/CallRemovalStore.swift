import Models
import Postgres

/// The end of every removal of calls: their waiting work goes with them, and their recordings' bytes go next.
struct CallRemovalStore: Sendable {
    let rows: TenantDatabase

    /// Runs a statement's common table expressions, of which one named `gone` removes calls and returns their ids.
    ///
    /// Gives the recordings whose bytes go next, nil for a call without one; nil when no call was removed. An import that is
    /// undone sees to its own rows.
    func remove(_ expressions: SQL, keepsImportRows: Bool = false) async throws -> [RecordingID?]? {
        let recordings = try await rows.query(
            """
            WITH \(expressions), idle AS (
                DELETE FROM jobs USING gone
                WHERE jobs.tenant_id = \(rows.tenant) AND jobs.subject_id = gone.id AND jobs.state <> 'running'
            ), forgotten AS (
                DELETE FROM call_import_rows USING gone
                WHERE call_import_rows.tenant_id = \(rows.tenant) AND call_import_rows.call_id = gone.id
                  AND NOT \(keepsImportRows)
            ), unheard AS (
                DELETE FROM hook_payloads USING hook_payload_calls AS link, gone
                WHERE hook_payloads.tenant_id = \(rows.tenant) AND hook_payloads.id = link.payload_id
                  AND link.tenant_id = \(rows.tenant) AND link.call_id = gone.id
            )
            SELECT recording.id FROM gone
            LEFT JOIN recordings AS recording
                ON recording.tenant_id = \(rows.tenant) AND recording.call_id = gone.id
            """
        ) { row in try row.next(RecordingID?.self) }
        return recordings.isEmpty ? nil : recordings
    }
}
