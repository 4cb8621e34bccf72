import Models
import Postgres

/// The passkeys' rows.
struct PasskeyStore {
    let rows: any SQLExecutor

    /// 409 when the tenant knows the credential already.
    func create(
        _ id: PasskeyID, _ made: MadePasskey, name: String, transports: [String], of user: UserID, in tenant: TenantID
    ) async throws -> Passkey {
        do {
            let created = try await rows.first(
                """
                INSERT INTO passkeys (
                    tenant_id, id, user_id, credential_id, public_key, sign_count, is_backup_eligible, is_backed_up, name,
                    transports)
                VALUES (\(tenant), \(id), \(user), \(made.credentialID), \(made.publicKey), \(made.signCount),
                        \(made.isBackupEligible), \(made.isBackedUp), \(name), \(transports))
                RETURNING \(unescaped: Passkey.columns)
                """, as: Passkey.self)
            guard let created else { throw Failure(.internal) }
            return created
        } catch let error as PostgresError where error.constraint == "passkeys_credential_key" {
            throw Failure(.conflict, "The passkey is registered already.")
        }
    }

    /// A person's passkeys, oldest first; there are never more than `Passkey.most`.
    func list(of user: UserID, in tenant: TenantID) async throws -> [Passkey] {
        try await rows.query(
            """
            SELECT \(unescaped: Passkey.columns) FROM passkeys
            WHERE tenant_id = \(tenant) AND user_id = \(user) ORDER BY created_at, id
            """, as: Passkey.self)
    }

    func find(credentialID: [UInt8], in tenant: TenantID) async throws -> Passkey? {
        try await rows.first(
            """
            SELECT \(unescaped: Passkey.columns) FROM passkeys
            WHERE tenant_id = \(tenant) AND credential_id = \(credentialID)
            """, as: Passkey.self)
    }

    func rename(_ id: PasskeyID, to name: String, of user: UserID, in tenant: TenantID) async throws -> Passkey? {
        try await rows.first(
            """
            UPDATE passkeys SET name = \(name) WHERE tenant_id = \(tenant) AND id = \(id) AND user_id = \(user)
            RETURNING \(unescaped: Passkey.columns)
            """, as: Passkey.self)
    }

    /// Notes a use; false when the passkey has gone, or was used meanwhile with the same counter or a later one.
    func use(_ id: PasskeyID, signCount: Int64, isBackedUp: Bool, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE passkeys SET sign_count = \(signCount), is_backed_up = \(isBackedUp), last_used_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id)
              AND (sign_count < \(signCount) OR sign_count = 0 AND \(signCount) = 0)
            """) == 1
    }

    /// False when the person has no such passkey.
    func remove(_ id: PasskeyID, of user: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            "DELETE FROM passkeys WHERE tenant_id = \(tenant) AND id = \(id) AND user_id = \(user)") == 1
    }

    /// The number of passkeys that there were.
    func removeAll(of user: UserID, in tenant: TenantID) async throws -> Int {
        try await rows.execute("DELETE FROM passkeys WHERE tenant_id = \(tenant) AND user_id = \(user)")
    }
}

extension Passkey: PostgresRowDecodable {
    static let columns: StaticString = """
        id, user_id, credential_id, public_key, sign_count, is_backup_eligible, is_backed_up, name, transports, created_at,
        last_used_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(PasskeyID.self)
        userID = try row.next(UserID.self)
        credentialID = try row.next([UInt8].self)
        publicKey = try row.next([UInt8].self)
        signCount = try row.next(Int64.self)
        isBackupEligible = try row.next(Bool.self)
        isBackedUp = try row.next(Bool.self)
        name = try row.next(String.self)
        transports = try row.next([String].self)
        createdAt = try row.next(Timestamp.self)
        lastUsedAt = try row.next(Timestamp?.self)
    }
}
