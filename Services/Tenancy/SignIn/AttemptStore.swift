import Models
import Postgres

/// Failed sign-ins by a digest of account and address.
struct AttemptStore {
    let rows: any SQLExecutor

    /// Throws 429 while the subject has to wait.
    func check(subject: [UInt8], in tenant: TenantID) async throws {
        let until = try await rows.value(
            """
            SELECT locked_until FROM sign_in_attempts
            WHERE tenant_id = \(tenant) AND subject = \(subject) AND locked_until > now()
            """, as: Timestamp.self)
        if let until { throw Lockout.failure(until: until) }
    }

    /// Counts a failure and locks the subject when there were too many; the number of failures in a row.
    ///
    /// Nil, and nothing is counted, when the subject was locked meanwhile. A failure that costs nothing locks nothing: not
    /// even for the moment by which another transaction's clock is behind.
    func noteFailure(subject: [UInt8], in tenant: TenantID) async throws -> Int? {
        let memory = Double(Lockout.memory.components.seconds)
        return try await rows.value(
            """
            INSERT INTO sign_in_attempts AS known (tenant_id, subject, failures) VALUES (\(tenant), \(subject), 1)
            ON CONFLICT ON CONSTRAINT sign_in_attempts_pkey DO UPDATE
            SET failures = CASE
                    WHEN known.last_failed_at < now() - make_interval(secs => \(memory)) THEN 1
                    ELSE known.failures + 1 END,
                locked_until = CASE
                    WHEN known.last_failed_at < now() - make_interval(secs => \(memory)) THEN NULL
                    ELSE now() + make_interval(
                        secs => nullif(
                            (\(Lockout.delays)::bigint[])[least(known.failures + 1, \(Lockout.delays.count))], 0)) END,
                last_failed_at = now()
            WHERE known.locked_until IS NULL OR known.locked_until <= now()
            RETURNING failures::bigint
            """, as: Int.self)
    }

    func forget(subject: [UInt8], in tenant: TenantID) async throws {
        try await rows.execute("DELETE FROM sign_in_attempts WHERE tenant_id = \(tenant) AND subject = \(subject)")
    }
}
