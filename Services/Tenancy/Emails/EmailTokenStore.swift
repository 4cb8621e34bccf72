import Models
import Postgres

/// The rows of links to addresses, found by the digest of their token.
struct EmailTokenStore {
    let rows: any SQLExecutor

    func create(
        _ purpose: EmailToken.Purpose, of user: UserID, email: EmailAddress, digest: [UInt8], expiresAt: Timestamp,
        in tenant: TenantID
    ) async throws {
        try await rows.execute(
            """
            INSERT INTO email_tokens (tenant_id, id, user_id, purpose, email, email_lc, token_digest, expires_at)
            VALUES (\(tenant), \(EmailTokenID.make()), \(user), \(purpose.rawValue), \(email.text),
                    \(email.normalised), \(digest), \(expiresAt))
            """)
    }

    /// Uses a token up; nil when it is unknown, used, revoked or over.
    ///
    /// One guarded statement, so it works once.
    func use(digest: [UInt8], in tenant: TenantID) async throws -> EmailToken? {
        try await rows.first(
            """
            UPDATE email_tokens SET used_at = now()
            WHERE tenant_id = \(tenant) AND token_digest = \(digest) AND used_at IS NULL AND revoked_at IS NULL
              AND expires_at > now()
            RETURNING id, user_id, purpose, email, expires_at
            """, as: EmailToken.self)
    }

    /// The address that a person waits for.
    func pending(_ purpose: EmailToken.Purpose, of user: UserID, in tenant: TenantID) async throws -> EmailToken? {
        try await rows.first(
            """
            SELECT id, user_id, purpose, email, expires_at FROM email_tokens
            WHERE tenant_id = \(tenant) AND user_id = \(user) AND purpose = \(purpose.rawValue)
              AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
            ORDER BY created_at DESC, id DESC LIMIT 1
            """, as: EmailToken.self)
    }

    /// How many links a person had in the last hour.
    func countRecent(of user: UserID, in tenant: TenantID) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM email_tokens
            WHERE tenant_id = \(tenant) AND user_id = \(user) AND created_at > now() - interval '1 hour'
              AND purpose <> 'keeping'
            """, as: Int.self) ?? 0
    }

    /// Voids the links of a purpose: of several letters the last one counts.
    func revoke(_ purpose: EmailToken.Purpose, of user: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE email_tokens SET revoked_at = now()
            WHERE tenant_id = \(tenant) AND user_id = \(user) AND purpose = \(purpose.rawValue)
              AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
            """) > 0
    }

    /// Voids every link of a person.
    func revokeAll(of user: UserID, in tenant: TenantID) async throws {
        for purpose in EmailToken.Purpose.allCases { _ = try await revoke(purpose, of: user, in: tenant) }
    }

    /// Makes an address the person's; 409 `email_taken` when somebody of the tenant has it.
    func setEmail(_ email: EmailAddress, of user: UserID, in tenant: TenantID) async throws -> User? {
        do {
            return try await rows.first(
                """
                UPDATE users SET email = \(email.text), email_lc = \(email.normalised), email_verified_at = now(),
                    revision = revision + 1, updated_at = now()
                WHERE tenant_id = \(tenant) AND id = \(user) AND status = 'active'
                RETURNING \(unescaped: User.columns)
                """, as: User.self)
        } catch let error as PostgresError {
            throw error.constraint == "users_email_key" ? Failure(.emailTaken) : error
        }
    }

    /// Notes that the person's address is theirs; nil when they have another one meanwhile.
    func verify(_ email: EmailAddress, of user: UserID, in tenant: TenantID) async throws -> User? {
        try await rows.first(
            """
            UPDATE users SET email_verified_at = now(), revision = revision + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(user) AND email_lc = \(email.normalised) AND status = 'active'
            RETURNING \(unescaped: User.columns)
            """, as: User.self)
    }
}

extension EmailToken: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(EmailTokenID.self)
        userID = try row.next(UserID.self)
        purpose = try row.next(Purpose.self)
        email = try row.next(String.self)
        expiresAt = try row.next(Timestamp.self)
    }
}
