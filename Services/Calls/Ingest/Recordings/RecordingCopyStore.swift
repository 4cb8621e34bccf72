import Crypto
import FoundationEssentials
import JSON
import Models
import Postgres

/// The state of calls whose recordings are still with their providers.
struct RecordingCopyStore: Sendable {
    /// What is to be fetched from where.
    struct Wanted: Sendable {
        var call: CallID
        var connection: ConnectionID
        /// In the order of time; never empty.
        var references: [RecordingReference]
        /// Whether the call has a file of its provider already.
        var hasOthers = false
        /// The carrier's first channel is whom it has rung for us, though the call goes out.
        var isSteeredOut = false
        /// Whether whoever spoke has their calls written down.
        var wantsTranscript = true
    }

    let database: Database

    /// Nil when the call has its recordings, is in the bin, or its wait is over; nothing joins what somebody handed in.
    func wanted(_ id: CallID, in tenant: TenantID) async throws -> Wanted? {
        let found = try await database.tenant(tenant).first(
            """
            SELECT calls.source, account.document, control.call_id IS NOT NULL AND calls.direction = 'outbound',
                coalesce(person.auto_transcribe, true), ARRAY(
                    SELECT coalesce(encode(r.origin_digest, 'hex'), '') FROM recordings AS r
                    WHERE r.tenant_id = calls.tenant_id AND r.call_id = calls.id)
            FROM calls
            JOIN call_accounts AS account ON account.tenant_id = calls.tenant_id AND account.call_id = calls.id
            LEFT JOIN call_controls AS control ON control.tenant_id = calls.tenant_id AND control.call_id = calls.id
            LEFT JOIN user_voip_settings AS person
                ON person.tenant_id = calls.tenant_id AND person.user_id = calls.agent_id
            WHERE calls.tenant_id = \(tenant) AND calls.id = \(id) AND calls.deleted_at IS NULL
              AND (calls.stage = 'recording_pending' OR calls.recording_bytes IS NOT NULL)
            """
        ) { row in
            (
                try row.next(String.self), try row.next(JSONText.self), try row.next(Bool.self),
                try row.next(Bool.self), try row.next([String].self)
            )
        }
        guard let found, let connection = UUID(uuidString: found.0), !found.4.contains("") else { return nil }
        let missing = try found.1.decode(CallAccount.self).recordingReferences.filter {
            !found.4.contains(Hex.encode($0.digest))
        }
        guard !missing.isEmpty else { return nil }
        return Wanted(
            call: id, connection: ConnectionID(connection), references: missing, hasOthers: !found.4.isEmpty,
            isSteeredOut: found.2, wantsTranscript: found.3)
    }

    func begin(_ id: CallID, attempt: Int, in tenant: TenantID) async throws {
        try await database.tenant(tenant).execute(
            """
            UPDATE calls SET stage_attempts = \(Int32(attempt)), updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND stage = 'recording_pending'
            """)
    }

    /// Shows why an attempt failed.
    func note(_ id: CallID, _ code: String, _ detail: String, in tenant: TenantID) async throws {
        try await database.tenant(tenant).execute(
            """
            UPDATE calls SET stage_error_code = \(code), stage_error_detail = \(detail), updated_at = now(),
                version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND stage = 'recording_pending'
            """)
    }

    /// Shows why it waits, and comes back after the pause.
    func wait(_ id: CallID, _ code: String, _ detail: String, pause: Duration, in tenant: TenantID) async throws {
        try await note(id, code, detail, in: tenant)
        try await database.tenant(tenant).transaction { transaction in
            try await CopyRecordingJob.enqueue(id, in: transaction, delay: pause)
        }
    }

    /// Gives the recording up until somebody asks for it again; what the provider itself wrote down takes its place.
    func end(
        _ id: CallID, _ code: String, _ detail: String, writesDown: Bool, in tenant: TenantID
    ) async throws {
        try await database.tenant(tenant).transaction { transaction in
            let call = try await transaction.first(
                """
                UPDATE calls SET stage = 'failed', stage_since = now(), stage_error_code = \(code),
                    stage_error_detail = \(detail), updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(id) AND stage = 'recording_pending'
                RETURNING \(unescaped: Call.columns)
                """, as: Call.self)
            if writesDown, call != nil,
                try await ProvidedTranscriptStore(transaction: transaction, tenant: tenant).writeDown(id) != nil
            {
                return
            }
            if let call { try await CallEvents.publish(.callProcessingFailed, of: call, in: transaction) }
        }
    }

    /// Fetches again what was given up or never came; false when there is nothing to fetch.
    func again(_ id: CallID, reach: CallReach, in tenant: TenantID) async throws -> Bool {
        try await database.tenant(tenant).transaction { transaction in
            let changed = try await transaction.execute(
                """
                UPDATE calls SET stage = 'recording_pending', stage_since = now(), stage_attempts = 0,
                    stage_error_code = NULL, stage_error_detail = NULL, updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(id) AND recording_bytes IS NULL AND deleted_at IS NULL
                  AND (stage IN ('failed', 'no_recording', 'received')
                    OR stage = 'analysed' AND transcript_engine = 'provider') AND EXISTS (
                      SELECT FROM call_accounts WHERE tenant_id = \(tenant) AND call_id = \(id)
                        AND (document ? 'recording' OR document -> 'legs' <> '{}'))\(reach.condition)
                """)
            if changed == 1 { try await CopyRecordingJob.enqueue(id, in: transaction) }
            return changed == 1
        }
    }
}
