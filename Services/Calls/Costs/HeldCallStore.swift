import Models
import Postgres

/// Calls that wait for a higher budget, a new month, or a feature that is switched on again.
struct HeldCallStore: Sendable {
    /// So many go on in one round; the rest follow in the next.
    private static let bound: Int32 = 200

    let database: Database

    /// The tenants that have such calls.
    func tenants() async throws -> [TenantID] {
        try await database.query("SELECT tenants_with_held_calls()") { row in try row.next(TenantID.self) }
    }

    func count(in tenant: TenantID) async throws -> Int {
        try await database.tenant(tenant).value(
            """
            SELECT count(*) FROM calls WHERE tenant_id = \(tenant) AND stage <> 'failed'
                AND stage_error_code IN ('budget_exceeded', 'feature_disabled')
            """, as: Int.self) ?? 0
    }

    /// Lets some calls go on that wait for a stage; how many there were.
    func resume(_ stage: UsageStage, in tenant: TenantID) async throws -> Int {
        let stages: [ProcessingStage] =
            stage == .transcription ? [.recordingStored, .transcribing] : [.transcribed, .analysing]
        return try await database.tenant(tenant).transaction { transaction in
            let calls = try await transaction.query(
                """
                UPDATE calls SET stage_error_code = NULL, stage_error_detail = NULL, updated_at = now(),
                    version = version + 1
                WHERE tenant_id = \(tenant) AND id IN (
                    SELECT id FROM calls
                    WHERE tenant_id = \(tenant) AND stage = ANY (\(stages.map(\.rawValue))) AND deleted_at IS NULL
                      AND stage <> 'failed' AND stage_error_code IN ('budget_exceeded', 'feature_disabled')
                    ORDER BY stage_since LIMIT \(Self.bound) FOR UPDATE SKIP LOCKED)
                RETURNING id
                """
            ) { row in try row.next(CallID.self) }
            for call in calls {
                switch stage {
                case .transcription: try await TranscribeCallJob.enqueue(call, in: transaction)
                case .analysis: try await AnalyseCallJob.enqueue(call, in: transaction)
                }
            }
            return calls.count
        }
    }
}
