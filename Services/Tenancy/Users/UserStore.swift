import Models
import Postgres

/// The users' rows.
struct UserStore {
    let rows: any SQLExecutor

    private static func failure(_ error: PostgresError) -> any Error {
        error.constraint == "users_email_key" ? Failure(.emailTaken) : error
    }

    /// Makes a user; 409 `email_taken` when the tenant has the address.
    func create(
        id: UserID, email: EmailAddress, name: String, role: Role, areas: [PlatformArea]? = nil,
        passwordHash: String?, in tenant: TenantID
    ) async throws -> User {
        do {
            let made = try await rows.first(
                """
                INSERT INTO users (tenant_id, id, email, email_lc, name, role, password_hash, areas)
                VALUES (\(tenant), \(id), \(email.text), \(email.normalised), \(name), \(role.rawValue), \(passwordHash),
                        \(areas?.map(\.rawValue)))
                RETURNING \(unescaped: User.columns)
                """, as: User.self)
            guard let made else { throw Failure(.internal) }
            return made
        } catch let error as PostgresError {
            throw Self.failure(error)
        }
    }

    func find(_ id: UserID, in tenant: TenantID) async throws -> User? {
        try await rows.first(
            """
            SELECT \(unescaped: User.columns) FROM users
            WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL
            """, as: User.self)
    }

    /// Holds a user's row to the end of the transaction; false when it has gone.
    func lock(_ id: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.value(
            "SELECT true FROM users WHERE tenant_id = \(tenant) AND id = \(id) FOR UPDATE", as: Bool.self) ?? false
    }

    func credentials(email: EmailAddress, in tenant: TenantID) async throws -> Credentials? {
        try await rows.first(
            """
            SELECT \(unescaped: User.columns), password_hash FROM users
            WHERE tenant_id = \(tenant) AND email_lc = \(email.normalised)
            """, as: Credentials.self)
    }

    func count(bound: Int, in tenant: TenantID) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM users WHERE tenant_id = \(tenant) AND deleted_at IS NULL LIMIT \(bound)
            ) AS counted
            """, as: Int.self) ?? 0
    }

    /// Sets a password: every earlier token of the user is void from then on.
    func setPassword(_ hash: String, name: String?, of id: UserID, in tenant: TenantID) async throws -> User? {
        try await rows.first(
            """
            UPDATE users SET password_hash = \(hash), name = coalesce(\(name), name), version = version + 1,
                revision = revision + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND status = 'active'
            RETURNING \(unescaped: User.columns)
            """, as: User.self)
    }

    /// Keeps a stronger hash of the same password, unless the password has changed meanwhile.
    func replaceHash(_ old: String, with new: String, of id: UserID, in tenant: TenantID) async throws {
        _ = try await rows.execute(
            """
            UPDATE users SET password_hash = \(new)
            WHERE tenant_id = \(tenant) AND id = \(id) AND password_hash = \(old)
            """)
    }

    /// Notes a sign-in; false when the user is not active or has changed since that version.
    func noteSignIn(of id: UserID, version: Int64, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE users SET last_sign_in_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND version = \(version) AND status = 'active'
            """) == 1
    }

    /// Takes the password away, with every token of the user; the new version.
    func clearPassword(of id: UserID, in tenant: TenantID) async throws -> Int64? {
        try await rows.value(
            """
            UPDATE users SET password_hash = NULL, version = version + 1,
                revision = revision + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id)
            RETURNING version
            """)
    }

    /// How many seats are taken.
    func countActive(in tenant: TenantID) async throws -> Int {
        try await rows.value(
            "SELECT count(*) FROM users WHERE tenant_id = \(tenant) AND status = 'active'", as: Int.self) ?? 0
    }

    func exists(role: Role, in tenant: TenantID) async throws -> Bool {
        try await rows.value(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM users WHERE tenant_id = \(tenant) AND role = \(role.rawValue) LIMIT 1
            ) AS found
            """, as: Int.self) == 1
    }
}

extension User: PostgresRowDecodable {
    static let columns: StaticString = """
        id, tenant_id, email, name, role, status, version, language, time_zone, created_at, updated_at, last_sign_in_at,
        areas, revision, phone, email_verified_at, territory, skills, languages, deactivated_at, deleted_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(UserID.self)
        tenantID = try row.next(TenantID.self)
        email = try row.next(String.self)
        name = try row.next(String.self)
        role = try row.next(Role.self)
        status = try row.next(UserStatus.self)
        version = try row.next(Int64.self)
        language = try row.next(String?.self)
        timeZone = try row.next(String?.self)
        createdAt = try row.next(Timestamp.self)
        updatedAt = try row.next(Timestamp.self)
        lastSignInAt = try row.next(Timestamp?.self)
        areas = try row.next([String]?.self)?.compactMap(PlatformArea.init(rawValue:))
        revision = try row.next(Int64.self)
        phone = try row.next(String?.self)
        emailVerifiedAt = try row.next(Timestamp?.self)
        territory = try row.next([String].self)
        skills = try row.next([String].self)
        languages = try row.next([String].self)
        deactivatedAt = try row.next(Timestamp?.self)
        deletedAt = try row.next(Timestamp?.self)
    }
}

extension Credentials: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        user = try User(row: &row)
        passwordHash = try row.next(String?.self)
    }
}
