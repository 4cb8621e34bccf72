import Models
import Postgres

/// The proofs of what let calls be recorded.
enum RecordingConsentStore {
    /// Keeps what has happened on a call; a later word of the callee replaces an earlier one.
    static func put(
        _ proof: CallsAPI.RecordingProof, of call: CallID, in tenant: TenantID, _ database: some SQLExecutor
    ) async throws {
        try await database.execute(
            """
            INSERT INTO recording_consents (tenant_id, call_id, policy, regions, method, is_given, key, reference, given_at)
            VALUES (\(tenant), \(call), \(proof.policy.rawValue), \(proof.regions), \(proof.method.rawValue),
                \(proof.given), \(proof.key), \(proof.reference), \(proof.givenAt))
            ON CONFLICT ON CONSTRAINT recording_consents_pkey DO UPDATE SET policy = excluded.policy,
                regions = excluded.regions, method = excluded.method, is_given = excluded.is_given, key = excluded.key,
                reference = excluded.reference, given_at = excluded.given_at
                WHERE recording_consents.given_at <= excluded.given_at
            """)
    }

    static func find(
        of call: CallID, in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> CallsAPI.RecordingProof? {
        try await database.first(
            """
            SELECT policy, regions, method, is_given, key, reference, given_at FROM recording_consents
            WHERE tenant_id = \(tenant) AND call_id = \(call)
            """
        ) { row in
            CallsAPI.RecordingProof(
                policy: try row.next(RecordingPolicy.self), regions: try row.next([String].self),
                method: try row.next(RecordingProofMethod.self), given: try row.next(Bool.self),
                key: try row.next(String?.self), reference: try row.next(String?.self),
                givenAt: try row.next(Timestamp.self))
        }
    }
}
