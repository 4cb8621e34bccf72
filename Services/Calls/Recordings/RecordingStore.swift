import Models
import Postgres

/// The recordings' rows; their bytes are in the blob store before a row is committed.
struct RecordingStore: Sendable {
    /// Whether a recording is written down at once.
    enum Transcription: Sendable {
        /// When the call is live, not when it is imported.
        case usual
        case asked
        /// Not before somebody asks.
        case whenAsked
    }

    let database: Database

    func find(of call: CallID, in tenant: TenantID) async throws -> Recording? {
        try await database.tenant(tenant).first(
            """
            SELECT \(unescaped: Recording.columns) FROM recordings WHERE tenant_id = \(tenant) AND call_id = \(call)
            """, as: Recording.self)
    }

    /// Adds the recording, moves its call on and has it transcribed; nil when the call has one already or is in the bin.
    ///
    /// Imported calls stay where they are until somebody asks for their transcript.
    func create(
        _ recording: Recording, _ transcription: Transcription, in tenant: TenantID
    ) async throws -> Call? {
        try await database.tenant(tenant).transaction { transaction in
            let call = try await transaction.first(Self.insertion(of: recording, in: tenant), as: Call.self)
            guard let call else { return nil }
            try await CallEvents.publish(.recordingStored, of: call, in: transaction)
            let isUsual = call.origin == .live && transcription == .usual
            if isUsual || transcription == .asked { try await TranscribeCallJob.enqueue(call.id, in: transaction) }
            return call
        }
    }

    /// Corrects what the header of the file had said by what was counted when it was read to its end.
    func measure(_ call: CallID, durationSeconds: Double, channels: Int, in tenant: TenantID) async throws {
        try await database.tenant(tenant).execute(
            """
            WITH measured AS (
                UPDATE recordings SET duration_seconds = \(durationSeconds), channels = \(Int32(channels))
                WHERE tenant_id = \(tenant) AND call_id = \(call)
            )
            UPDATE calls SET recording_seconds = \(durationSeconds), recording_channels = \(Int32(channels))
            WHERE tenant_id = \(tenant) AND id = \(call)
            """)
    }

    /// Which of these recordings have a row.
    func known(among ids: [RecordingID], in tenant: TenantID) async throws -> Set<RecordingID> {
        let rows = try await database.tenant(tenant).query(
            "SELECT id FROM recordings WHERE tenant_id = \(tenant) AND id = ANY (\(ids))"
        ) { row in try row.next(RecordingID.self) }
        return Set(rows)
    }

    private static func insertion(of recording: Recording, in tenant: TenantID) -> SQL {
        """
        WITH moved AS (
            UPDATE calls SET stage = 'recording_stored', stage_since = now(), stage_attempts = 0,
                stage_error_code = NULL, stage_error_detail = NULL, recording_seconds = \(recording.durationSeconds),
                recording_channels = \(Int32(recording.channels)), recording_bytes = \(recording.bytes),
                updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(recording.callID) AND recording_bytes IS NULL AND deleted_at IS NULL
            RETURNING *
        ), added AS (
            INSERT INTO recordings (tenant_id, id, call_id, blob_key, content_type, bytes, sha256, duration_seconds,
                channels, agent_channel)
            SELECT tenant_id, \(recording.id), id, \(recording.blobKey), \(recording.contentType), \(recording.bytes),
                \(recording.sha256), \(recording.durationSeconds), \(Int32(recording.channels)),
                \(recording.agentChannel.map(Int32.init))
            FROM moved
        )
        SELECT \(unescaped: Call.columns) FROM moved
        """
    }
}

extension Recording: PostgresRowDecodable {
    static let columns: StaticString = """
        id, call_id, blob_key, content_type, bytes, sha256, duration_seconds, channels, agent_channel, created_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(RecordingID.self)
        callID = try row.next(CallID.self)
        blobKey = try row.next(String.self)
        contentType = try row.next(String.self)
        bytes = try row.next(Int64.self)
        sha256 = try row.next([UInt8].self)
        durationSeconds = try row.next(Double.self)
        channels = Int(try row.next(Int32.self))
        agentChannel = try row.next(Int32?.self).map(Int.init)
        createdAt = try row.next(Timestamp.self)
    }
}
