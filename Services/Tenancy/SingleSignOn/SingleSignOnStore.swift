import JSON
import Models
import Postgres

/// The rows of tenants' providers.
struct SingleSignOnStore {
    let rows: any SQLExecutor

    func find(in tenant: TenantID) async throws -> SingleSignOn? {
        try await rows.first(
            "SELECT \(unescaped: SingleSignOn.columns) FROM single_sign_on WHERE tenant_id = \(tenant)",
            as: SingleSignOn.self)
    }

    /// The configuration that people sign in by; nil when there is none, it is switched off, or the plan lacks it.
    func findInForce(in tenant: TenantID) async throws -> SingleSignOn? {
        try await rows.first(
            """
            SELECT \(unescaped: SingleSignOn.columns) FROM single_sign_on
            WHERE tenant_id = \(tenant) AND is_enabled AND EXISTS (
                SELECT FROM entitlements AS e
                WHERE e.tenant_id = \(tenant)
                  AND effective_entitlements(e.document, e.limits, e.disabled_features) -> 'features'
                      ? \(Feature.singleSignOn.rawValue))
            """, as: SingleSignOn.self)
    }

    /// Throws 403 for a role that has to come in by the provider: all but owners, who keep a way in when it fails.
    func checkOtherWay(_ role: Role, in tenant: TenantID) async throws {
        guard role != .owner, try await findInForce(in: tenant)?.isEnforced == true else { return }
        throw Failure(.singleSignOnRequired)
    }

    /// Sets everything but a secret that is left out; nil when the row has another version.
    func put(
        _ wanted: TenancyAPI.SetSingleSignOn, secret: Patch<[UInt8]>, version: Int64?, in tenant: TenantID
    ) async throws -> SingleSignOn? {
        let roles = wanted.roles ?? []
        return try await rows.first(
            """
            INSERT INTO single_sign_on AS known (
                tenant_id, issuer, client_id, client_secret, label, scopes, email_domains, domain_claim, trusts_email,
                creates_users, role_claim, role_values, role_names, default_role, is_enabled, is_enforced)
            SELECT \(tenant), \(wanted.issuer), \(wanted.clientID), \(secret.value), \(wanted.label ?? "Single sign-on"),
                   \(wanted.wantedScopes), \(wanted.emailDomains.map { $0.lowercased() }), \(wanted.domainClaim),
                   \(wanted.trustsEmail ?? false), \(wanted.createsUsers ?? true), \(wanted.roleClaim), \(roles.map(\.value)),
                   \(roles.map(\.role.rawValue)),
                   \(wanted.defaultRole?.rawValue), \(wanted.isEnabled), \(wanted.isEnforced ?? false)
            WHERE \(version)::bigint IS NULL OR EXISTS (SELECT FROM single_sign_on WHERE tenant_id = \(tenant))
            ON CONFLICT ON CONSTRAINT single_sign_on_pkey DO UPDATE SET
                issuer = excluded.issuer, client_id = excluded.client_id,
                client_secret = CASE WHEN \(secret.isPresent) THEN excluded.client_secret ELSE known.client_secret END,
                label = excluded.label, scopes = excluded.scopes, email_domains = excluded.email_domains,
                domain_claim = excluded.domain_claim, trusts_email = excluded.trusts_email,
                creates_users = excluded.creates_users, role_claim = excluded.role_claim, role_values = excluded.role_values,
                role_names = excluded.role_names,
                default_role = excluded.default_role, is_enabled = excluded.is_enabled,
                is_enforced = excluded.is_enforced, version = known.version + 1, updated_at = now()
            WHERE known.version = coalesce(\(version), known.version)
            RETURNING \(unescaped: SingleSignOn.columns)
            """, as: SingleSignOn.self)
    }

    /// False when there is none, or of another version.
    func remove(version: Int64?, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            "DELETE FROM single_sign_on WHERE tenant_id = \(tenant) AND version = coalesce(\(version), version)") == 1
    }

    /// Ends the sessions of all but owners that were not opened by the provider's word, and names them.
    func endOtherSessions(in tenant: TenantID) async throws -> [SessionID] {
        try await rows.query(
            """
            UPDATE sessions AS s SET revoked_at = now()
            FROM users AS u
            WHERE s.tenant_id = \(tenant) AND u.tenant_id = \(tenant) AND u.id = s.user_id AND u.role <> 'owner'
              AND s.method <> \(SignInMethod.singleSignOn.rawValue) AND s.revoked_at IS NULL AND s.expires_at > now()
            RETURNING s.id
            """
        ) { row in try row.next(SessionID.self) }
    }
}

extension SingleSignOn: PostgresRowDecodable {
    static let columns: StaticString = """
        tenant_id, issuer, client_id, client_secret, label, scopes, email_domains, domain_claim, trusts_email, creates_users,
        role_claim, role_values, role_names, default_role, is_enabled, is_enforced, version, updated_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        tenantID = try row.next(TenantID.self)
        issuer = try row.next(String.self)
        clientID = try row.next(String.self)
        clientSecret = try row.next([UInt8]?.self)
        label = try row.next(String.self)
        scopes = try row.next([String].self)
        emailDomains = try row.next([String].self)
        domainClaim = try row.next(String?.self)
        trustsEmail = try row.next(Bool.self)
        createsUsers = try row.next(Bool.self)
        roleClaim = try row.next(String?.self)
        let values = try row.next([String].self)
        let names = try row.next([String].self)
        roles = zip(values, names).compactMap { value, name in
            Role(rawValue: name).map { TenancyAPI.SingleSignOn.RoleMapping(value: value, role: $0) }
        }
        defaultRole = try row.next(Role?.self)
        isEnabled = try row.next(Bool.self)
        isEnforced = try row.next(Bool.self)
        version = try row.next(Int64.self)
        updatedAt = try row.next(Timestamp.self)
    }
}
