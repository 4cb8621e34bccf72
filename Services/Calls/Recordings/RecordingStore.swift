import BlobStore
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
            ORDER BY offset_seconds, position LIMIT 1
            """, as: Recording.self)
    }

    /// All files of a call, in the order of time.
    func list(of call: CallID, in tenant: TenantID) async throws -> [Recording] {
        try await database.tenant(tenant).query(
            """
            SELECT \(unescaped: Recording.columns) FROM recordings WHERE tenant_id = \(tenant) AND call_id = \(call)
            ORDER BY offset_seconds, position
            """, as: Recording.self)
    }

    /// Adds another file of a call that has one, where its time is; false when the call has this file, none, or is in the bin.
    func append(_ recording: Recording, in tenant: TenantID) async throws -> Bool {
        try await database.tenant(tenant).transaction { transaction in
            let call = try await transaction.first(Self.appending(recording, in: tenant), as: Call.self)
            guard let call else { return false }
            try await CallEvents.publish(.recordingStored, of: call, in: transaction)
            if try await RedactionStore.joinPauses(of: call.id, isFirst: false, in: tenant, transaction) {
                try await transaction.execute(
                    """
                    UPDATE recordings SET holds_pauses = true WHERE tenant_id = \(tenant) AND id = \(recording.id)
                    """)
                try await RedactionStore.wantCopy(of: call.id, in: tenant, transaction)
            }
            return true
        }
    }

    private static func appending(_ recording: Recording, in tenant: TenantID) -> SQL {
        """
        WITH moved AS (
            UPDATE calls SET recording_seconds = recording_seconds + \(recording.durationSeconds),
                recording_bytes = recording_bytes + \(recording.bytes), updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(recording.callID) AND recording_bytes IS NOT NULL
              AND deleted_at IS NULL AND NOT EXISTS (
                SELECT FROM recordings AS r WHERE r.tenant_id = \(tenant) AND r.call_id = \(recording.callID)
                  AND r.origin_digest = \(recording.originDigest))
            RETURNING *
        ), added AS (
            INSERT INTO recordings (tenant_id, id, call_id, blob_key, content_type, bytes, sha256, duration_seconds,
                channels, agent_channel, origin_digest, started_at, position, offset_seconds)
            SELECT tenant_id, \(recording.id), id, \(recording.blobKey), \(recording.contentType), \(recording.bytes),
                \(recording.sha256), \(recording.durationSeconds), \(Int32(recording.channels)),
                coalesce(\(recording.agentChannel.map(Int32.init)), \(Self.channelOfLine(recording, in: tenant))), \(recording.originDigest), \(recording.startedAt),
                present.next, coalesce(greatest(0, extract(epoch FROM \(recording.startedAt)::timestamptz
                    - present.began_at))::double precision, present.end_seconds)
            FROM moved CROSS JOIN LATERAL (
                SELECT max(r.position) + 1 AS next, max(r.offset_seconds + r.duration_seconds) AS end_seconds,
                    min(r.started_at) FILTER (WHERE r.offset_seconds = 0) AS began_at
                FROM recordings AS r WHERE r.tenant_id = moved.tenant_id AND r.call_id = moved.id) AS present
        )
        SELECT \(unescaped: Call.columns) FROM moved
        """
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
            let isTranscribed = isUsual || transcription == .asked
            if try await RedactionStore.joinPauses(of: call.id, in: tenant, transaction) {
                // Nothing reads the sound before the pauses are out of it.
                try await transaction.execute(
                    """
                    UPDATE recordings SET holds_pauses = true WHERE tenant_id = \(tenant) AND call_id = \(call.id)
                    """)
                try await RedactionStore.wantCopy(
                    of: call.id, transcribing: isTranscribed, in: tenant, transaction)
            } else if isTranscribed {
                try await TranscribeCallJob.enqueue(call.id, in: transaction)
            }
            return call
        }
    }

    /// Has a call written down whose files have come, and once more when it was; later, while something works on it.
    func writeDown(_ call: CallID, _ transcription: Transcription, in tenant: TenantID) async throws {
        try await database.tenant(tenant).transaction { transaction in
            let found = try await transaction.first(
                """
                SELECT origin, stage = 'recording_stored' AND transcript_version = 0 AND NOT EXISTS (
                    SELECT FROM jobs WHERE tenant_id = \(tenant) AND subject_id = \(call) AND kind = 'transcribe_call'),
                    EXISTS (SELECT FROM recordings AS r
                        WHERE r.tenant_id = \(tenant) AND r.call_id = \(call) AND r.holds_pauses)
                FROM calls WHERE tenant_id = \(tenant) AND id = \(call) AND deleted_at IS NULL FOR UPDATE
                """
            ) { row in
                (
                    origin: try row.next(CallOrigin.self), waits: try row.next(Bool.self),
                    holdsPauses: try row.next(Bool.self)
                )
            }
            guard let found, transcription == .asked || transcription == .usual && found.origin == .live else { return }
            if found.waits, found.holdsPauses {
                return try await RedactionStore.wantCopy(of: call, transcribing: true, in: tenant, transaction)
            }
            if found.waits { return try await TranscribeCallJob.enqueue(call, in: transaction) }
            try await TranscribeAgainJob.enqueue(call, in: transaction)
        }
    }

    /// Corrects what the header of the file had said by what was counted when it was read to its end.
    func measure(_ recording: Recording, durationSeconds: Double, channels: Int, in tenant: TenantID) async throws {
        try await database.tenant(tenant).execute(
            """
            WITH measured AS (
                UPDATE recordings SET duration_seconds = \(durationSeconds), channels = \(Int32(channels))
                WHERE tenant_id = \(tenant) AND id = \(recording.id)
            )
            UPDATE calls SET recording_seconds = \(durationSeconds) + (
                    SELECT coalesce(sum(r.duration_seconds), 0) FROM recordings AS r
                    WHERE r.tenant_id = \(tenant) AND r.call_id = calls.id AND r.id <> \(recording.id)),
                recording_channels = CASE WHEN \(recording.position == 0) THEN \(Int32(channels))
                    ELSE recording_channels END
            WHERE tenant_id = \(tenant) AND id = \(recording.callID)
            """)
    }

    /// Says that the stored bytes have no sound of pauses any more.
    func forgetPauses(of id: RecordingID, in tenant: TenantID) async throws {
        try await database.tenant(tenant).execute(
            "UPDATE recordings SET holds_pauses = false WHERE tenant_id = \(tenant) AND id = \(id)")
    }

    /// Has a recording written down that waited for its pauses to be out; nothing for a call that has gone on meanwhile.
    func startTranscribing(_ call: CallID, in tenant: TenantID) async throws {
        try await database.tenant(tenant).transaction { transaction in
            let waits = try await transaction.value(
                """
                SELECT stage = 'recording_stored' AND NOT EXISTS (
                    SELECT FROM jobs WHERE tenant_id = \(tenant) AND subject_id = \(call) AND kind = 'transcribe_call')
                FROM calls WHERE tenant_id = \(tenant) AND id = \(call) AND deleted_at IS NULL FOR UPDATE
                """, as: Bool.self)
            if waits == true { try await TranscribeCallJob.enqueue(call, in: transaction) }
        }
    }

    /// Which of these recordings have a row.
    func known(among ids: [RecordingID], in tenant: TenantID) async throws -> Set<RecordingID> {
        let rows = try await database.tenant(tenant).query(
            "SELECT id FROM recordings WHERE tenant_id = \(tenant) AND id = ANY (\(ids))"
        ) { row in try row.next(RecordingID.self) }
        return Set(rows)
    }

    // Smaller recordings.

    /// Recordings that are old enough and were not recoded, the oldest first; what is held stays whole.
    func recodable(before instant: Timestamp, limit: Int, in tenant: TenantID) async throws -> [Recording] {
        try await database.tenant(tenant).query(
            """
            SELECT \(unescaped: Recording.columns) FROM recordings AS r
            WHERE r.tenant_id = \(tenant) AND r.created_at < \(instant) AND r.recoded_at IS NULL
              AND NOT r.holds_pauses
              AND NOT EXISTS (
                SELECT FROM calls WHERE calls.tenant_id = r.tenant_id AND calls.id = r.call_id AND calls.legal_hold)
            ORDER BY r.created_at LIMIT \(Int32(clamping: limit))
            """, as: Recording.self)
    }

    /// Says that a recording is not to be recoded.
    func keepAsIs(_ id: RecordingID, in tenant: TenantID) async throws {
        try await database.tenant(tenant).execute(
            "UPDATE recordings SET recoded_at = now() WHERE tenant_id = \(tenant) AND id = \(id)")
    }

    /// Has a recording's row name its recoded bytes; false when the recording is gone or held meanwhile.
    func replace(
        _ recording: Recording, by key: BlobKey, _ stored: StoredBlob, in tenant: TenantID
    ) async throws -> Bool {
        try await database.tenant(tenant).execute(
            """
            WITH replaced AS (
                UPDATE recordings SET blob_key = \(key.description), content_type = \(RecodedRecording.contentType),
                    original_bytes = coalesce(original_bytes, bytes),
                    original_sha256 = coalesce(original_sha256, sha256), bytes = \(stored.size),
                    sha256 = \(stored.sha256), recoded_at = now()
                WHERE tenant_id = \(tenant) AND id = \(recording.id) AND recoded_at IS NULL
                RETURNING call_id
            )
            UPDATE calls SET recording_bytes = \(stored.size) + (
                    SELECT coalesce(sum(r.bytes), 0) FROM recordings AS r
                    WHERE r.tenant_id = \(tenant) AND r.call_id = calls.id AND r.id <> \(recording.id))
            WHERE tenant_id = \(tenant) AND id IN (SELECT call_id FROM replaced)
            """) > 0
    }

    /// The channel that the line of the call says, where the recording has it.
    private static func channelOfLine(_ recording: Recording, in tenant: TenantID) -> SQL {
        """
        (SELECT l.agent_channel FROM lines AS l
         WHERE l.tenant_id = \(tenant) AND l.value = moved.line_value AND l.source IN (moved.source, \(Line.anySource))
           AND l.deleted_at IS NULL AND (l.valid_from IS NULL OR l.valid_from <= moved.started_at)
           AND (l.valid_to IS NULL OR l.valid_to > moved.started_at) AND l.agent_channel < \(Int32(recording.channels))
         ORDER BY l.source = \(Line.anySource) LIMIT 1)
        """
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
                channels, agent_channel, origin_digest, started_at)
            SELECT tenant_id, \(recording.id), id, \(recording.blobKey), \(recording.contentType), \(recording.bytes),
                \(recording.sha256), \(recording.durationSeconds), \(Int32(recording.channels)),
                coalesce(\(recording.agentChannel.map(Int32.init)), \(Self.channelOfLine(recording, in: tenant))), \(recording.originDigest), \(recording.startedAt)
            FROM moved
        )
        SELECT \(unescaped: Call.columns) FROM moved
        """
    }
}

extension Recording: PostgresRowDecodable {
    static let columns: StaticString = """
        id, call_id, blob_key, content_type, bytes, sha256, duration_seconds, channels, agent_channel, created_at,
        redaction_wanted, redaction_done, redacted_bytes, redacted_sha256, original_bytes, original_sha256, holds_pauses,
        position, offset_seconds, started_at, origin_digest
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
        redaction.wanted = Int(try row.next(Int32.self))
        redaction.done = Int(try row.next(Int32.self))
        redaction.copy = try Content.read(&row)
        original = try Content.read(&row)
        holdsPauses = try row.next(Bool.self)
        position = Int(try row.next(Int32.self))
        offsetSeconds = try row.next(Double.self)
        startedAt = try row.next(Timestamp?.self)
        originDigest = try row.next([UInt8]?.self)
    }
}

extension Recording.Content {
    fileprivate static func read(_ row: inout RowReader) throws(PostgresError) -> Recording.Content? {
        let (bytes, sha256) = (try row.next(Int64?.self), try row.next([UInt8]?.self))
        guard let bytes, let sha256 else { return nil }
        return Recording.Content(bytes: bytes, sha256: sha256)
    }
}
