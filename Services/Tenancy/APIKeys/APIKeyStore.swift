import Models
import Postgres

/// The API keys' rows, found by the digest of the key.
struct APIKeyStore {
    let rows: any SQLExecutor

    func create(_ draft: APIKeyDraft, in tenant: TenantID) async throws -> APIKey {
        let made = try await rows.first(
            """
            INSERT INTO api_keys
                (tenant_id, id, name, scopes, mode, prefix, digest, created_by, expires_at, service_account_id)
            VALUES (\(tenant), \(draft.id), \(draft.name), \(draft.scopes.map(\.rawValue)), \(draft.mode.rawValue),
                    \(draft.prefix), \(draft.digest), \(draft.createdBy), \(draft.expiresAt), \(draft.serviceAccountID))
            RETURNING \(unescaped: APIKey.columns)
            """, as: APIKey.self)
        guard let made else { throw Failure(.internal) }
        return made
    }

    func find(_ id: APIKeyID, in tenant: TenantID) async throws -> APIKey? {
        try await rows.first(
            "SELECT \(unescaped: APIKey.columns) FROM api_keys WHERE tenant_id = \(tenant) AND id = \(id)",
            as: APIKey.self)
    }

    /// The same, locked to the end of the transaction.
    func lock(_ id: APIKeyID, in tenant: TenantID) async throws -> APIKey? {
        try await rows.first(
            "SELECT \(unescaped: APIKey.columns) FROM api_keys WHERE tenant_id = \(tenant) AND id = \(id) FOR UPDATE",
            as: APIKey.self)
    }

    /// Writes down what an edit or a replacement has changed of a key.
    func update(_ key: APIKey, in tenant: TenantID) async throws -> APIKey? {
        try await rows.first(
            """
            UPDATE api_keys SET name = \(key.name), scopes = \(key.scopes.map(\.rawValue)), expires_at = \(key.expiresAt),
                replaced_by = \(key.replacedBy), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(key.id) AND revoked_at IS NULL
            RETURNING \(unescaped: APIKey.columns)
            """, as: APIKey.self)
    }

    /// The key with this digest and what it may do, noting its use at most once a minute.
    ///
    /// A key of a service account can do no more than the account.
    func use(digest: [UInt8], in tenant: TenantID) async throws -> APIKey? {
        try await rows.first(
            """
            WITH noted AS (
                UPDATE api_keys SET last_used_at = now()
                WHERE tenant_id = \(tenant) AND digest = \(digest) AND revoked_at IS NULL
                  AND (expires_at IS NULL OR expires_at > now()) AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
            )
            SELECT id, name, coalesce((
                       SELECT array(SELECT unnest(api_keys.scopes) INTERSECT SELECT unnest(a.scopes) ORDER BY 1)
                       FROM service_accounts AS a
                       WHERE a.tenant_id = api_keys.tenant_id AND a.id = service_account_id), scopes),
                   mode, prefix, created_by, created_at, last_used_at, revoked_at, version, expires_at, replaced_by,
                   service_account_id
            FROM api_keys
            WHERE tenant_id = \(tenant) AND digest = \(digest) AND revoked_at IS NULL
              AND (expires_at IS NULL OR expires_at > now())
            """, as: APIKey.self)
    }

    func revoke(_ id: APIKeyID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE api_keys SET revoked_at = now() WHERE tenant_id = \(tenant) AND id = \(id) AND revoked_at IS NULL
            """) == 1
    }

    /// Revokes what a service account has and names it.
    func revokeAll(of account: ServiceAccountID, in tenant: TenantID) async throws -> [APIKeyID] {
        try await rows.query(
            """
            UPDATE api_keys SET revoked_at = now()
            WHERE tenant_id = \(tenant) AND service_account_id = \(account) AND revoked_at IS NULL
            RETURNING id
            """
        ) { row in try row.next(APIKeyID.self) }
    }

    /// A page of keys, newest first, the revoked ones included.
    func list(_ filter: APIKeyFilter, _ page: RowPage, in tenant: TenantID) async throws -> [APIKey] {
        try await rows.query(
            """
            SELECT \(unescaped: APIKey.columns) FROM api_keys
            WHERE tenant_id = \(tenant) AND (created_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
              AND (\(filter.serviceAccountID)::uuid IS NULL OR service_account_id = \(filter.serviceAccountID))
            ORDER BY created_at \(unescaped: page.direction), id \(unescaped: page.direction)
            LIMIT \(page.limit) OFFSET \(page.offset)
            """, as: APIKey.self)
    }

    func count(_ filter: APIKeyFilter, bound: Int, in tenant: TenantID) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM api_keys
                WHERE tenant_id = \(tenant)
                  AND (\(filter.serviceAccountID)::uuid IS NULL OR service_account_id = \(filter.serviceAccountID))
                LIMIT \(bound)
            ) AS counted
            """, as: Int.self) ?? 0
    }
}

/// What a list of keys can be narrowed by.
struct APIKeyFilter: Codable, Sendable {
    var serviceAccountID: ServiceAccountID?
}

extension APIKey: PostgresRowDecodable {
    static let columns: StaticString = """
        id, name, scopes, mode, prefix, created_by, created_at, last_used_at, revoked_at, version, expires_at, replaced_by,
        service_account_id
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(APIKeyID.self)
        name = try row.next(String.self)
        scopes = try row.next([String].self).compactMap(Scope.init(rawValue:))
        mode = try row.next(KeyMode.self)
        prefix = try row.next(String.self)
        createdBy = try row.next(UserID.self)
        createdAt = try row.next(Timestamp.self)
        lastUsedAt = try row.next(Timestamp?.self)
        revokedAt = try row.next(Timestamp?.self)
        version = try row.next(Int64.self)
        expiresAt = try row.next(Timestamp?.self)
        replacedBy = try row.next(APIKeyID?.self)
        serviceAccountID = try row.next(ServiceAccountID?.self)
    }
}
