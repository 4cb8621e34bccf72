import Crypto
import Models
import Postgres

/// The second factors' rows.
struct SecondFactorStore {
    let rows: any SQLExecutor

    func find(of user: UserID, in tenant: TenantID) async throws -> SecondFactor? {
        try await rows.first(
            """
            SELECT secret, last_step, created_at, confirmed_at FROM second_factors
            WHERE tenant_id = \(tenant) AND user_id = \(user)
            """, as: SecondFactor.self)
    }

    /// Begins anew; false when one is in use.
    func begin(secret: [UInt8], of user: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            INSERT INTO second_factors AS known (tenant_id, user_id, secret) VALUES (\(tenant), \(user), \(secret))
            ON CONFLICT ON CONSTRAINT second_factors_pkey DO UPDATE
            SET secret = excluded.secret, last_step = 0, created_at = now()
            WHERE known.confirmed_at IS NULL
            """) == 1
    }

    /// Uses a one-time password up; false when it or a later one was used meanwhile.
    func use(step: Int64, of user: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE second_factors SET last_step = \(step), confirmed_at = coalesce(confirmed_at, now())
            WHERE tenant_id = \(tenant) AND user_id = \(user) AND last_step < \(step)
            """) == 1
    }

    /// Uses a recovery code up; false when there is none that is unused.
    func use(codeDigest: [UInt8], of user: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE recovery_codes SET used_at = now()
            WHERE tenant_id = \(tenant) AND user_id = \(user) AND digest = \(codeDigest) AND used_at IS NULL
            """) == 1
    }

    func replaceCodes(_ digests: [[UInt8]], of user: UserID, in tenant: TenantID) async throws {
        _ = try await rows.batch([
            "DELETE FROM recovery_codes WHERE tenant_id = \(tenant) AND user_id = \(user)",
            """
            INSERT INTO recovery_codes (tenant_id, user_id, digest)
            SELECT \(tenant), \(user), decode(made, 'hex') FROM unnest(\(digests.map(Hex.encode))) AS made
            """,
        ])
    }

    func countCodes(of user: UserID, in tenant: TenantID) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM recovery_codes
            WHERE tenant_id = \(tenant) AND user_id = \(user) AND used_at IS NULL
            """, as: Int.self) ?? 0
    }

    /// False when there was none.
    func remove(of user: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute("DELETE FROM second_factors WHERE tenant_id = \(tenant) AND user_id = \(user)") == 1
    }
}

extension SecondFactor: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        secret = try row.next([UInt8].self)
        lastStep = try row.next(Int64.self)
        createdAt = try row.next(Timestamp.self)
        confirmedAt = try row.next(Timestamp?.self)
    }
}
