import Models
import Postgres

/// The service accounts' rows.
struct ServiceAccountStore {
    let rows: any SQLExecutor

    private static func failure(_ error: PostgresError) -> any Error {
        error.constraint == "service_accounts_name_key"
            ? Failure(.conflict, "There is a service account of this name.") : error
    }

    /// 409 when the tenant has one of this name.
    func create(
        _ id: ServiceAccountID, name: String, description: String, scopes: [Scope], createdBy: UserID,
        in tenant: TenantID
    ) async throws -> ServiceAccount {
        do {
            let made = try await rows.first(
                """
                INSERT INTO service_accounts (tenant_id, id, name, description, scopes, created_by)
                VALUES (\(tenant), \(id), \(name), \(description), \(scopes.map(\.rawValue)), \(createdBy))
                RETURNING \(unescaped: ServiceAccount.columns)
                """, as: ServiceAccount.self)
            guard let made else { throw Failure(.internal) }
            return made
        } catch let error as PostgresError {
            throw Self.failure(error)
        }
    }

    func find(_ id: ServiceAccountID, in tenant: TenantID) async throws -> ServiceAccount? {
        try await rows.first(
            "SELECT \(unescaped: ServiceAccount.columns) FROM service_accounts WHERE tenant_id = \(tenant) AND id = \(id)",
            as: ServiceAccount.self)
    }

    /// The same, locked to the end of the transaction: a key is not made while its account is disabled.
    func lock(_ id: ServiceAccountID, in tenant: TenantID) async throws -> ServiceAccount? {
        try await rows.first(
            """
            SELECT \(unescaped: ServiceAccount.columns) FROM service_accounts
            WHERE tenant_id = \(tenant) AND id = \(id) FOR UPDATE
            """, as: ServiceAccount.self)
    }

    /// Changes what is given; nil when there is no such account of this version.
    func update(
        _ wanted: TenancyAPI.UpdateServiceAccount, version: Int64?, of id: ServiceAccountID, in tenant: TenantID
    ) async throws -> ServiceAccount? {
        do {
            return try await rows.first(
                """
                UPDATE service_accounts SET
                    name = coalesce(\(wanted.name), name), description = coalesce(\(wanted.description), description),
                    scopes = coalesce(\(wanted.scopes?.map(\.rawValue))::text[], scopes),
                    version = version + 1, updated_at = now()
                WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
                RETURNING \(unescaped: ServiceAccount.columns)
                """, as: ServiceAccount.self)
        } catch let error as PostgresError {
            throw Self.failure(error)
        }
    }

    /// Nil when the account is of that status already.
    func move(
        _ id: ServiceAccountID, to status: ServiceAccountStatus, in tenant: TenantID
    ) async throws -> ServiceAccount? {
        try await rows.first(
            """
            UPDATE service_accounts SET
                status = \(status.rawValue), version = version + 1, updated_at = now(),
                disabled_at = CASE WHEN \(status.rawValue) = 'disabled' THEN now() END
            WHERE tenant_id = \(tenant) AND id = \(id) AND status <> \(status.rawValue)
            RETURNING \(unescaped: ServiceAccount.columns)
            """, as: ServiceAccount.self)
    }

    /// A page of accounts, newest first.
    func list(_ page: RowPage, in tenant: TenantID) async throws -> [ServiceAccount] {
        try await rows.query(
            """
            SELECT \(unescaped: ServiceAccount.columns) FROM service_accounts
            WHERE tenant_id = \(tenant) AND (created_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
            ORDER BY created_at \(unescaped: page.direction), id \(unescaped: page.direction)
            LIMIT \(page.limit) OFFSET \(page.offset)
            """, as: ServiceAccount.self)
    }

    func count(bound: Int, in tenant: TenantID) async throws -> Int {
        try await rows.value(
            "SELECT count(*) FROM (SELECT 1 FROM service_accounts WHERE tenant_id = \(tenant) LIMIT \(bound)) AS counted",
            as: Int.self) ?? 0
    }
}
