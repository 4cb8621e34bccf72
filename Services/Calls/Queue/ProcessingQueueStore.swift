import FoundationEssentials
import Models
import Postgres

/// Where calls stand in the pipeline: a tenant's one by one, all tenants' as figures.
struct ProcessingQueueStore: Sendable {
    private static let underWay = [
        "received", "recording_pending", "recording_stored", "transcribing", "transcribed", "analysing", "failed",
    ]

    let database: Database

    /// Calls that are on their way or have failed, those that have waited longest first, with their jobs.
    func list(
        _ stages: [ProcessingStage]?, after position: (since: Timestamp, id: CallID)?, limit: Int, offset: Int,
        reach: CallReach, in tenant: TenantID
    ) async throws -> [CallsAPI.QueuedCall] {
        let stages = stages?.map(\.rawValue) ?? Self.underWay
        let (since, after) = (position?.since, position?.id)
        return try await database.tenant(tenant).query(
            """
            WITH chosen AS (
                SELECT id, stage, stage_since, stage_attempts, stage_error_code, stage_error_detail FROM calls
                WHERE tenant_id = \(tenant) AND stage = ANY (\(stages)::text[])
                  AND stage IN ('received', 'recording_pending', 'recording_stored', 'transcribing', 'transcribed', 'analysing', 'failed')
                  AND deleted_at IS NULL\(reach.condition)
                  AND (\(since)::timestamptz IS NULL OR (stage_since, id) > (\(since), \(after)))
                ORDER BY stage_since, id LIMIT \(limit) OFFSET \(offset)
            )
            SELECT c.id, c.stage, c.stage_since, c.stage_attempts, c.stage_error_code, c.stage_error_detail, j.state, j.run_at
            FROM chosen AS c LEFT JOIN LATERAL (
                SELECT state, run_at FROM jobs WHERE tenant_id = \(tenant) AND subject_id = c.id
                ORDER BY created_at DESC LIMIT 1
            ) AS j ON true ORDER BY c.stage_since, c.id
            """
        ) { row in
            let (id, stage) = (try row.next(CallID.self), try row.next(ProcessingStage.self))
            let (since, attempts) = (try row.next(Timestamp.self), try row.next(Int32.self))
            let (code, detail) = (try row.next(String?.self), try row.next(String?.self))
            let state = try row.next(String?.self)
            let nextAt = try row.next(Timestamp?.self)
            return CallsAPI.QueuedCall(
                callID: id, stage: stage, since: since, attempts: Int(attempts),
                error: code.map { CallsAPI.ProcessingError(code: $0, detail: detail ?? "") }, jobState: state,
                nextAt: state == "waiting" ? nextAt : nil)
        }
    }

    func counts(reach: CallReach, in tenant: TenantID) async throws -> CallsAPI.ProcessingQueue {
        let results = try await database.tenant(tenant).batch([
            """
            SELECT stage, count(*), min(stage_since) FROM calls
            WHERE tenant_id = \(tenant) AND deleted_at IS NULL\(reach.condition)
              AND stage IN ('received', 'recording_pending', 'recording_stored', 'transcribing', 'transcribed', 'analysing', 'failed')
            GROUP BY stage ORDER BY stage
            """,
            "SELECT count(*) FROM jobs WHERE tenant_id = \(tenant) AND state = 'dead'",
        ])
        let dead = try results[1].first { row in try row.next(Int.self) }
        return CallsAPI.ProcessingQueue(stages: try results[0].map(Self.count), dead: dead ?? 0)
    }

    private static let count: @Sendable (inout RowReader) throws -> CallsAPI.StageCount = { row in
        CallsAPI.StageCount(
            stage: try row.next(ProcessingStage.self), calls: try row.next(Int.self),
            oldestSince: try row.next(Timestamp?.self))
    }

    /// Failed calls that can go on, oldest first.
    func failed(limit: Int, reach: CallReach, in tenant: TenantID) async throws -> [CallID] {
        try await database.tenant(tenant).query(
            """
            SELECT id FROM calls WHERE tenant_id = \(tenant) AND stage = 'failed' AND deleted_at IS NULL
              AND \(RetryStore.canGoOn)\(reach.condition) ORDER BY stage_since, id LIMIT \(limit)
            """
        ) { row in try row.next(CallID.self) }
    }

    /// Over all tenants, but for the disk.
    func throughput() async throws -> CallsAPI.Throughput {
        let results = try await database.batch([
            "SELECT stage, calls, oldest FROM processing_stages() ORDER BY stage",
            """
            SELECT analysed_hour, analysed_day, failed_day, recorded_seconds, transcribed_seconds, waiting_seconds,
                recording_bytes_week FROM processing_throughput()
            """,
        ])
        let stages = try results[0].map(Self.count)
        let figures = try results[1].first { row in
            let (hour, day, failed) = (try row.next(Int.self), try row.next(Int.self), try row.next(Int.self))
            let (recorded, transcribed) = (try row.next(Double.self), try row.next(Double.self))
            let (waiting, bytes) = (try row.next(Double.self), try row.next(Int64.self))
            return CallsAPI.Throughput(
                stages: stages, analysedLastHour: hour, analysedLastDay: day, failedLastDay: failed,
                recordedSecondsLastHour: recorded, transcribedSecondsLastHour: transcribed, waitingSeconds: waiting,
                isFallingBehind: waiting > 600 && recorded > transcribed, recordingBytesPerDay: bytes / 7,
                freeBytes: nil, daysLeft: nil)
        }
        guard let figures else { throw Failure(.internal) }
        return figures
    }
}
