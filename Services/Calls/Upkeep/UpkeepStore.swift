import Models
import Postgres

/// What the periodic jobs find over all tenants, and take away.
struct UpkeepStore: Sendable {
    /// A call and whose it is.
    struct Found: Sendable, Hashable {
        var tenant: TenantID
        var id: CallID
    }

    /// How many rows one statement looks for.
    static let bound: Int32 = 500

    let database: Database

    func withoutRecording(since instant: Timestamp) async throws -> [Found] {
        try await database.query(
            "SELECT tenant_id, id FROM calls_without_recording(\(instant), \(Self.bound))", Self.found)
    }

    /// The tenants that have something in the bin since before an instant; how long it stays there is their setting.
    func tenantsWithBin(since instant: Timestamp) async throws -> [TenantID] {
        try await database.query("SELECT tenants_with_bin(\(instant))") { row in try row.next(TenantID.self) }
    }

    func inBin(since instant: Timestamp, in tenant: TenantID) async throws -> [CallID] {
        try await database.tenant(tenant).query(
            """
            SELECT id FROM calls WHERE tenant_id = \(tenant) AND deleted_at < \(instant) AND NOT legal_hold
            LIMIT \(Self.bound)
            """
        ) { row in try row.next(CallID.self) }
    }

    /// Removes a call for good, with all that hangs on it; gives its recording, whose bytes go next.
    ///
    /// `isGone` is false when the call was restored meanwhile.
    func purge(
        _ id: CallID, before instant: Timestamp, in tenant: TenantID
    ) async throws -> (isGone: Bool, recording: RecordingID?) {
        let gone = try await CallRemovalStore(rows: database.tenant(tenant)).remove(
            """
            gone AS (
                DELETE FROM calls
                WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at < \(instant) AND NOT legal_hold
                RETURNING id
            )
            """)
        return (gone != nil, gone?.first.flatMap { $0 })
    }

    /// Calls whose job is dead though nobody has noted why: the process that worked on them died once too often.
    func abandoned() async throws -> [Found] {
        try await database.query(
            """
            SELECT tenant_id, subject_id FROM jobs
            WHERE state = 'dead' AND kind IN (\(TranscribeCallJob.kind), \(AnalyseCallJob.kind))
              AND subject_id IS NOT NULL AND error_code IN ('worker_lost', 'timeout', 'invalid_payload')
            ORDER BY since_at DESC LIMIT \(Self.bound)
            """, Self.found)
    }

    private static let found: @Sendable (inout RowReader) throws -> Found = { row in
        Found(tenant: try row.next(TenantID.self), id: try row.next(CallID.self))
    }
}
