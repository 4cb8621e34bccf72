import Models
import Postgres

/// The requests' rows, all of the platform's tenant.
struct SetupRequestStore {
    let rows: any SQLExecutor

    /// How many requests of an address came within a day.
    func countRecent(of email: EmailAddress) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM setup_requests
            WHERE tenant_id = \(TenantID.platform) AND email_lc = \(email.normalised)
              AND created_at > now() - interval '1 day'
            """, as: Int.self) ?? 0
    }

    func create(
        _ id: SetupRequestID, _ wanted: TenancyAPI.CreateSetupRequest, digest: [UInt8], expiresAt: Timestamp
    ) async throws {
        try await rows.execute(
            """
            INSERT INTO setup_requests
                (tenant_id, id, company, subdomain, name, email, email_lc, plan, phone_system, message, language,
                 token_digest, expires_at)
            VALUES (\(TenantID.platform), \(id), \(wanted.company), \(wanted.subdomain.label), \(wanted.name),
                    \(wanted.email.text), \(wanted.email.normalised), \(wanted.plan.rawValue),
                    \((wanted.phoneSystem ?? .none).rawValue), \(wanted.message ?? ""), \(wanted.language ?? "en"),
                    \(digest), \(expiresAt))
            """)
    }

    /// Forgets what nobody has confirmed in time.
    func forgetUnconfirmed() async throws {
        try await rows.execute(
            """
            DELETE FROM setup_requests
            WHERE tenant_id = \(TenantID.platform) AND status = 'unconfirmed' AND expires_at < now() - interval '1 day'
            """)
    }

    /// Uses a token up; nil when it is unknown, used or over.
    func confirm(digest: [UInt8]) async throws -> SetupRequest? {
        try await rows.first(
            """
            UPDATE setup_requests SET status = 'open'
            WHERE tenant_id = \(TenantID.platform) AND token_digest = \(digest) AND status = 'unconfirmed'
              AND expires_at > now()
            RETURNING \(unescaped: SetupRequest.columns)
            """, as: SetupRequest.self)
    }

    func find(_ id: SetupRequestID) async throws -> SetupRequest? {
        try await rows.first(
            """
            SELECT \(unescaped: SetupRequest.columns) FROM setup_requests
            WHERE tenant_id = \(TenantID.platform) AND id = \(id)
            """, as: SetupRequest.self)
    }

    /// A page of requests.
    func list(_ filter: SetupRequestFilter, _ page: RowPage) async throws -> [SetupRequest] {
        try await rows.query(
            """
            SELECT \(unescaped: SetupRequest.columns) FROM setup_requests
            WHERE tenant_id = \(TenantID.platform) AND (created_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
              AND (\(filter.status?.rawValue)::text IS NULL OR status = \(filter.status?.rawValue))
            ORDER BY created_at \(unescaped: page.direction), id \(unescaped: page.direction)
            LIMIT \(page.limit) OFFSET \(page.offset)
            """, as: SetupRequest.self)
    }

    func count(_ filter: SetupRequestFilter, bound: Int) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM setup_requests
                WHERE tenant_id = \(TenantID.platform)
                  AND (\(filter.status?.rawValue)::text IS NULL OR status = \(filter.status?.rawValue))
                LIMIT \(bound)
            ) AS counted
            """, as: Int.self) ?? 0
    }

    /// Settles an open request in the transaction that makes its tenant; false when it is not open.
    func approve(_ id: SetupRequestID, as tenant: TenantID) async throws -> Bool {
        try await rows.value("SELECT platform_approve_setup_request(\(id), \(tenant))") ?? false
    }

    /// Nil when the request is not open.
    func refuse(_ id: SetupRequestID, reason: String) async throws -> SetupRequest? {
        try await rows.first(
            """
            UPDATE setup_requests SET status = 'refused', reason = \(reason), decided_at = now()
            WHERE tenant_id = \(TenantID.platform) AND id = \(id) AND status = 'open'
            RETURNING \(unescaped: SetupRequest.columns)
            """, as: SetupRequest.self)
    }

    /// Who is told of a request: super admins who may look at it.
    func deciders() async throws -> [User] {
        try await rows.query(
            """
            SELECT \(unescaped: User.columns) FROM users
            WHERE tenant_id = \(TenantID.platform) AND role = 'super_admin' AND status = 'active'
              AND (areas IS NULL OR \(PlatformArea.requests.rawValue) = ANY (areas))
            ORDER BY created_at, id LIMIT 50
            """, as: User.self)
    }
}

extension SetupRequest: PostgresRowDecodable {
    static let columns: StaticString = """
        id, company, subdomain, name, email, plan, phone_system, message, language, status, reason, made_tenant,
        created_at, decided_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(SetupRequestID.self)
        company = try row.next(String.self)
        subdomain = try row.next(String.self)
        name = try row.next(String.self)
        email = try row.next(String.self)
        plan = try row.next(Plan.self)
        phoneSystem = try row.next(PhoneSystem.self)
        message = try row.next(String.self)
        language = try row.next(String.self)
        status = try row.next(SetupRequestStatus.self)
        reason = try row.next(String?.self)
        madeTenant = try row.next(TenantID?.self)
        createdAt = try row.next(Timestamp.self)
        decidedAt = try row.next(Timestamp?.self)
    }
}
