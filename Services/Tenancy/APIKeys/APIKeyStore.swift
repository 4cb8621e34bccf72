import Models
import Postgres

/// The API keys' rows, found by the digest of the key.
struct APIKeyStore {
    let rows: any SQLExecutor

    func create(
        _ id: APIKeyID, name: String, scopes: [Scope], mode: KeyMode, prefix: String, digest: [UInt8],
        createdBy: UserID,
        in tenant: TenantID
    ) async throws -> APIKey {
        let made = try await rows.first(
            """
            INSERT INTO api_keys (tenant_id, id, name, scopes, mode, prefix, digest, created_by)
            VALUES (\(tenant), \(id), \(name), \(scopes.map(\.rawValue)), \(mode.rawValue), \(prefix), \(digest), \(createdBy))
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

    /// The key with this digest, noting its use at most once a minute.
    func use(digest: [UInt8], in tenant: TenantID) async throws -> APIKey? {
        try await rows.first(
            """
            WITH noted AS (
                UPDATE api_keys SET last_used_at = now()
                WHERE tenant_id = \(tenant) AND digest = \(digest) AND revoked_at IS NULL
                  AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
            )
            SELECT \(unescaped: APIKey.columns) FROM api_keys
            WHERE tenant_id = \(tenant) AND digest = \(digest) AND revoked_at IS NULL
            """, as: APIKey.self)
    }

    func revoke(_ id: APIKeyID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE api_keys SET revoked_at = now() WHERE tenant_id = \(tenant) AND id = \(id) AND revoked_at IS NULL
            """) == 1
    }

    /// A page of keys, newest first, the revoked ones included.
    func list(_ page: RowPage, in tenant: TenantID) async throws -> [APIKey] {
        try await rows.query(
            """
            SELECT \(unescaped: APIKey.columns) FROM api_keys
            WHERE tenant_id = \(tenant) AND (created_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
            ORDER BY created_at \(unescaped: page.direction), id \(unescaped: page.direction)
            LIMIT \(page.limit) OFFSET \(page.offset)
            """, as: APIKey.self)
    }

    func count(bound: Int, in tenant: TenantID) async throws -> Int {
        try await rows.value(
            "SELECT count(*) FROM (SELECT 1 FROM api_keys WHERE tenant_id = \(tenant) LIMIT \(bound)) AS counted",
            as: Int.self) ?? 0
    }
}

extension APIKey: PostgresRowDecodable {
    static let columns: StaticString = """
        id, name, scopes, mode, prefix, created_by, created_at, last_used_at, revoked_at
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
    }
}
