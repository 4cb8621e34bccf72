import Models
import Postgres

/// Sign-ins and the refresh tokens of each, by digest.
struct SessionStore {
    let rows: any SQLExecutor

    /// Opens a session with its first refresh token, in one statement.
    func open(
        _ session: SessionID, of user: UserID, digest: [UInt8], expiresAt: Timestamp, device: Device,
        by method: SignInMethod = .password, authenticatedAt: Int64? = nil, in tenant: TenantID
    ) async throws {
        _ = try await rows.execute(
            """
            WITH opened AS (
                INSERT INTO sessions (tenant_id, id, user_id, expires_at, user_agent, address, client, method,
                                      authenticated_at)
                VALUES (\(tenant), \(session), \(user), \(expiresAt), \(device.userAgent), \(device.address),
                        \(device.client?.rawValue), \(method.rawValue),
                        coalesce(least(\(authenticatedAt.map(Timestamp.init(seconds:))), now()), now()))
                RETURNING tenant_id, id
            )
            INSERT INTO refresh_tokens (tenant_id, digest, session_id, expires_at)
            SELECT tenant_id, \(digest), id, \(expiresAt) FROM opened
            """)
    }

    /// Reads a refresh token and locks its session to the end of the transaction.
    ///
    /// All tokens of a family follow one another so. The reading is a statement after the lock's, and sees what whoever
    /// held the lock before has left. A token has expired as well once its session has been idle for too long.
    func lock(digest: [UInt8], idle: Duration, in tenant: TenantID) async throws -> RefreshToken? {
        let results = try await rows.batch([
            """
            SELECT 1 FROM sessions WHERE tenant_id = \(tenant) AND id = (
                SELECT session_id FROM refresh_tokens WHERE tenant_id = \(tenant) AND digest = \(digest))
            FOR UPDATE
            """,
            """
            SELECT t.session_id, s.user_id, t.used_at, t.successors,
                   EXISTS (SELECT 1 FROM refresh_tokens AS c
                           WHERE c.tenant_id = t.tenant_id AND c.parent_digest = t.digest AND c.used_at IS NOT NULL),
                   least(t.expires_at, s.last_used_at + \(idle)), s.revoked_at, clock_timestamp()
            FROM refresh_tokens AS t
            JOIN sessions AS s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
            WHERE t.tenant_id = \(tenant) AND t.digest = \(digest)
            """,
        ])
        return try results.last?.first { row throws(PostgresError) in try RefreshToken(row: &row) }
    }

    /// Marks a token used and gives it a successor.
    func rotate(
        digest: [UInt8], to successor: [UInt8], session: SessionID, expiresAt: Timestamp, in tenant: TenantID
    ) async throws {
        _ = try await rows.execute(
            """
            WITH used AS (
                UPDATE refresh_tokens SET used_at = coalesce(used_at, clock_timestamp()), successors = successors + 1
                WHERE tenant_id = \(tenant) AND digest = \(digest) RETURNING tenant_id
            ), noted AS (
                UPDATE sessions SET last_used_at = now(), expires_at = \(expiresAt)
                WHERE tenant_id = \(tenant) AND id = \(session) RETURNING tenant_id
            )
            INSERT INTO refresh_tokens (tenant_id, digest, session_id, parent_digest, expires_at)
            SELECT used.tenant_id, \(successor), \(session), \(digest), \(expiresAt) FROM used, noted
            """)
    }

    /// Ends a user's session; false when it had ended before.
    func revoke(_ session: SessionID, of user: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE sessions SET revoked_at = now()
            WHERE tenant_id = \(tenant) AND id = \(session) AND user_id = \(user) AND revoked_at IS NULL
            """) == 1
    }

    /// Ends all sessions of a user but one and names them.
    func revokeOthers(than kept: SessionID, of user: UserID, in tenant: TenantID) async throws -> [SessionID] {
        try await rows.query(
            """
            UPDATE sessions SET revoked_at = now()
            WHERE tenant_id = \(tenant) AND user_id = \(user) AND id <> \(kept) AND revoked_at IS NULL
            RETURNING id
            """
        ) { row in try row.next(SessionID.self) }
    }

    /// Ends what a user has beyond so many sessions, those first that were used longest ago.
    func revokeBeyond(_ count: Int, of user: UserID, in tenant: TenantID) async throws -> [SessionID] {
        try await rows.query(
            """
            UPDATE sessions SET revoked_at = now()
            WHERE tenant_id = \(tenant) AND id IN (
                SELECT id FROM sessions
                WHERE tenant_id = \(tenant) AND user_id = \(user) AND revoked_at IS NULL
                ORDER BY last_used_at DESC, id DESC OFFSET \(count))
            RETURNING id
            """
        ) { row in try row.next(SessionID.self) }
    }

    /// The sessions of a user that can go on, last used first.
    func list(of user: UserID, idle: Duration, limit: Int, in tenant: TenantID) async throws -> [SessionRow] {
        try await rows.query(
            """
            SELECT id, created_at, last_used_at, least(expires_at, last_used_at + \(idle)), method, client, user_agent,
                   address
            FROM sessions
            WHERE tenant_id = \(tenant) AND user_id = \(user) AND revoked_at IS NULL
              AND least(expires_at, last_used_at + \(idle)) > now()
            ORDER BY last_used_at DESC, id DESC LIMIT \(limit)
            """, as: SessionRow.self)
    }

    /// Notes that the person has shown who they are once more; false when the session has ended.
    func authenticate(_ session: SessionID, of user: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE sessions SET authenticated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(session) AND user_id = \(user) AND revoked_at IS NULL
            """) == 1
    }

    /// Whether the person has shown who they are within a time.
    func isAuthenticated(
        _ session: SessionID, of user: UserID, within time: Duration, in tenant: TenantID
    ) async throws -> Bool {
        try await rows.value(
            """
            SELECT authenticated_at > now() - \(time) FROM sessions
            WHERE tenant_id = \(tenant) AND id = \(session) AND user_id = \(user) AND revoked_at IS NULL
            """) ?? false
    }

    /// Ends all sessions of a user and names them.
    func revokeAll(of user: UserID, in tenant: TenantID) async throws -> [SessionID] {
        try await rows.query(
            """
            UPDATE sessions SET revoked_at = now()
            WHERE tenant_id = \(tenant) AND user_id = \(user) AND revoked_at IS NULL
            RETURNING id
            """
        ) { row in try row.next(SessionID.self) }
    }
}

/// A session as its owner sees it.
struct SessionRow: PostgresRowDecodable {
    let id: SessionID
    let createdAt: Timestamp
    let lastUsedAt: Timestamp
    let expiresAt: Timestamp
    let method: SignInMethod
    let client: SessionClient?
    let userAgent: String?
    let address: String?

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(SessionID.self)
        createdAt = try row.next(Timestamp.self)
        lastUsedAt = try row.next(Timestamp.self)
        expiresAt = try row.next(Timestamp.self)
        method = try row.next(SignInMethod.self)
        client = try row.next(SessionClient?.self)
        userAgent = try row.next(String?.self)
        address = try row.next(String?.self)
    }
}

extension RefreshToken: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        sessionID = try row.next(SessionID.self)
        userID = try row.next(UserID.self)
        usedAt = try row.next(Timestamp?.self)
        successors = try row.next(Int32.self)
        isSuccessorUsed = try row.next(Bool.self)
        expiresAt = try row.next(Timestamp.self)
        revokedAt = try row.next(Timestamp?.self)
        readAt = try row.next(Timestamp.self)
    }
}
