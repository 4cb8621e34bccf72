import Models
import Postgres

/// Starts a pipeline that has ended without a result, or was never wanted.
struct RetryStore: Sendable {
    /// A call that there is something to work on of: a recording, or words.
    static let canGoOn: SQL = "(recording_bytes IS NOT NULL OR transcript_engine IS NOT NULL)"

    let database: Database

    /// Puts a failed call, or one that nobody has had transcribed, back to where its pipeline can go on.
    func retry(_ id: CallID, reach: CallReach, in tenant: TenantID) async throws -> Call {
        let moved = try await database.tenant(tenant).transaction { transaction in
            try await Self.retry(id, reach: reach, in: transaction, tenant)
        }
        if let moved { return moved }
        let calls = CallStore(database: database)
        guard try await calls.find(id, reach: reach, in: tenant) != nil else { throw Failure(.notFound) }
        throw Failure(
            .conflict, "Only a failed call, or one whose recording waits for nothing, can be processed again.")
    }

    /// The same as a part of something more: to its transcript when there is one, else to its recording; nil when the call
    /// is at neither.
    static func retry(
        _ id: CallID, reach: CallReach, in transaction: Transaction, _ tenant: TenantID
    ) async throws -> Call? {
        let call = try await transaction.first(
            """
            UPDATE calls SET
                stage = CASE WHEN transcript_engine IS NOT NULL
                    AND (transcript_engine <> 'provider' OR recording_bytes IS NULL)
                    THEN 'transcribed' ELSE 'recording_stored' END,
                stage_since = now(), stage_attempts = 0, stage_error_code = NULL, stage_error_detail = NULL,
                updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL
              AND \(canGoOn)
              AND (stage = 'failed' OR stage_error_code IN ('budget_exceeded', 'feature_disabled')
                  OR stage = 'recording_stored' AND (origin = 'import' OR NOT EXISTS (
                  SELECT 1 FROM jobs WHERE tenant_id = \(tenant) AND subject_id = \(id))))\(reach.condition)
            RETURNING \(unescaped: Call.columns)
            """, as: Call.self)
        guard let call else { return nil }
        // What died of this call before has no more to say.
        try await transaction.execute(
            "DELETE FROM jobs WHERE tenant_id = \(tenant) AND subject_id = \(id) AND state = 'dead'")
        if call.processing.stage == .transcribed {
            try await AnalyseCallJob.enqueue(id, in: transaction)
        } else {
            try await TranscribeCallJob.enqueue(id, in: transaction)
        }
        return call
    }
}
