import JSON
import Models
import Postgres

/// The rows of connections.
struct ConnectionStore {
    let rows: any SQLExecutor

    func create(_ connection: Connection, in tenant: TenantID) async throws -> Connection {
        let settings = try JSONText(encoding: connection.settings)
        let made = try await rows.first(
            """
            INSERT INTO connections (tenant_id, id, provider, name, is_enabled, settings, credential_names, secrets,
                time_zone, country, created_by)
            VALUES (\(tenant), \(connection.id), \(connection.provider), \(connection.name), \(connection.isEnabled),
                \(settings), \(connection.credentialNames), \(connection.sealed), \(connection.timeZone?.name),
                \(connection.country), \(connection.createdBy))
            RETURNING \(unescaped: Connection.columns)
            """, as: Connection.self)
        guard let made else { throw Failure(.internal) }
        return made
    }

    func find(_ id: ConnectionID, in tenant: TenantID) async throws -> Connection? {
        try await rows.first(
            "SELECT \(unescaped: Connection.columns) FROM connections WHERE tenant_id = \(tenant) AND id = \(id)",
            as: Connection.self)
    }

    /// The same, locked to the end of the transaction.
    func lock(_ id: ConnectionID, in tenant: TenantID) async throws -> Connection? {
        try await rows.first(
            """
            SELECT \(unescaped: Connection.columns) FROM connections
            WHERE tenant_id = \(tenant) AND id = \(id) FOR UPDATE
            """, as: Connection.self)
    }

    /// Writes down what has changed of a connection that is locked.
    func update(_ connection: Connection, in tenant: TenantID) async throws -> Connection? {
        let settings = try JSONText(encoding: connection.settings)
        return try await rows.first(
            """
            UPDATE connections SET name = \(connection.name), is_enabled = \(connection.isEnabled),
                settings = \(settings), credential_names = \(connection.credentialNames),
                secrets = \(connection.sealed), time_zone = \(connection.timeZone?.name),
                country = \(connection.country), secret_until = \(connection.secretUntil), updated_at = now(),
                version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(connection.id)
            RETURNING \(unescaped: Connection.columns)
            """, as: Connection.self)
    }

    func remove(_ id: ConnectionID, in tenant: TenantID) async throws {
        try await rows.execute("DELETE FROM connections WHERE tenant_id = \(tenant) AND id = \(id)")
    }

    func list(_ filter: ConnectionFilter, _ page: RowPage, in tenant: TenantID) async throws -> [Connection] {
        try await rows.query(
            """
            SELECT \(unescaped: Connection.columns) FROM connections
            WHERE tenant_id = \(tenant) AND (created_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
              AND (\(filter.provider)::text IS NULL OR provider = \(filter.provider))
            ORDER BY created_at \(unescaped: page.direction), id \(unescaped: page.direction)
            LIMIT \(page.limit) OFFSET \(page.offset)
            """, as: Connection.self)
    }

    /// Of all tenants.
    func ofProvider(_ provider: String) async throws -> [InternalAPI.TenantConnection] {
        try await rows.query("SELECT tenant_id, id FROM platform_list_connections(\(provider))") { row in
            InternalAPI.TenantConnection(tenantID: try row.next(TenantID.self), id: try row.next(ConnectionID.self))
        }
    }

    func count(_ filter: ConnectionFilter, in tenant: TenantID) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM connections
            WHERE tenant_id = \(tenant) AND (\(filter.provider)::text IS NULL OR provider = \(filter.provider))
            """, as: Int.self) ?? 0
    }
}

/// What a list of connections can be narrowed by.
struct ConnectionFilter: Codable, Sendable {
    var provider: String?
}

extension Connection: PostgresRowDecodable {
    static let columns: StaticString = """
        id, provider, name, is_enabled, settings, credential_names, secrets, time_zone, country, secret_until, version,
        created_by, created_at, updated_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(ConnectionID.self)
        provider = try row.next(String.self)
        name = try row.next(String.self)
        isEnabled = try row.next(Bool.self)
        settings = Self.settings(try row.next(JSONText.self))
        credentialNames = try row.next([String].self)
        sealed = try row.next([UInt8].self)
        timeZone = try row.next(String?.self).map(TimeZoneName.init(unchecked:))
        country = try row.next(String?.self)
        secretUntil = try row.next(Timestamp?.self)
        version = try row.next(Int64.self)
        createdBy = try row.next(UserID?.self)
        createdAt = try row.next(Timestamp.self)
        updatedAt = try row.next(Timestamp.self)
    }

    private static func settings(_ text: JSONText) -> [String: String] {
        do { return try text.decode([String: String].self) } catch { return [:] }
    }
}
