import Models
import Postgres

/// The newest calls of a tenant, as far as their processing goes.
struct CallProgressStore: Sendable {
    let database: Database

    func read(in tenant: TenantID) async throws -> InternalAPI.CallProgress {
        let results = try await database.tenant(tenant).batch([
            """
            SELECT id, stage, started_at FROM calls WHERE tenant_id = \(tenant) AND deleted_at IS NULL AND NOT is_test
            ORDER BY started_at DESC, id DESC LIMIT 1
            """,
            """
            SELECT id, stage, started_at FROM calls
            WHERE tenant_id = \(tenant) AND deleted_at IS NULL AND NOT is_test AND stage = 'analysed'
            ORDER BY started_at DESC, id DESC LIMIT 1
            """,
            "SELECT max(last_hook_at) FROM connection_states WHERE tenant_id = \(tenant)",
        ])
        return InternalAPI.CallProgress(
            newest: try results[0].first(Self.step), analysed: try results[1].first(Self.step),
            lastHookAt: try results[2].first { row throws(PostgresError) in try row.next(Timestamp?.self) } ?? nil)
    }

    private static let step: @Sendable (inout RowReader) throws -> InternalAPI.CallProgress.Step = { row in
        InternalAPI.CallProgress.Step(
            callID: try row.next(CallID.self), stage: try row.next(ProcessingStage.self),
            startedAt: try row.next(Timestamp.self))
    }
}
