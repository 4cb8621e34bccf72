import LifeCycle
import Models
import Postgres

/// What goes of a person in tenancy: their account, invitations to them, and what the audit log says of them.
struct PersonErasureStore {
    let database: TenantDatabase

    private var tenant: TenantID { database.tenant }

    /// The accounts with one of some addresses.
    static func accounts(_ emails: [String], in tenant: TenantID, _ rows: any SQLExecutor) async throws -> [User] {
        try await rows.query(
            """
            SELECT \(unescaped: User.columns) FROM users
            WHERE tenant_id = \(tenant) AND email_lc = ANY (\(emails)) ORDER BY id LIMIT 100
            """, as: User.self)
    }

    /// Whether the tenant would have an active owner, or the platform a super admin, without some people.
    static func wouldRemain(without gone: [User], in tenant: TenantID, _ rows: any SQLExecutor) async throws -> Bool {
        let role: Role = tenant == .platform ? .superAdmin : .owner
        guard gone.contains(where: { $0.role == role && $0.status == .active }) else { return true }
        let left = try await rows.value(
            """
            SELECT count(*) FROM users WHERE tenant_id = \(tenant) AND role = \(role.rawValue) AND status = 'active'
              AND id <> ALL (\(gone.map(\.id)))
            """, as: Int.self)
        return (left ?? 0) > 0
    }

    /// Removes what only tenancy knows how to; the rest goes by the catalogue.
    func erase(_ erasure: InternalAPI.Erasure, _ pattern: String) async throws -> ErasureSteps.Outcome {
        try await database.transaction { rows in
            var erased: [String: Int] = [:]
            let people = try await Self.accounts(erasure.emails, in: tenant, rows)
            erased["audit_details"] = try await rows.value(
                "SELECT erase_audit_details(\(pattern), \(people.map(\.id)))", as: Int.self)
            let gone: [(String, SQL)] = [
                ("invitations", "DELETE FROM invitations WHERE tenant_id = \(tenant) AND email_lc ~* \(pattern)"),
                ("email_tokens", "DELETE FROM email_tokens WHERE tenant_id = \(tenant) AND email_lc ~* \(pattern)"),
                (
                    "phones",
                    """
                    UPDATE users SET phone = NULL, revision = revision + 1, updated_at = now()
                    WHERE tenant_id = \(tenant) AND phone ~* \(pattern)
                    """
                ),
                (
                    "setup_requests",
                    "DELETE FROM setup_requests WHERE tenant_id = \(tenant) AND email_lc ~* \(pattern)"
                ),
                // Answers are kept encrypted for a day, so nobody can see which of them name somebody.
                (
                    "idempotency_keys",
                    "DELETE FROM idempotency_keys WHERE tenant_id = \(tenant) AND status IS NOT NULL"
                ),
            ]
            for (name, statement) in gone { erased[name] = try await rows.execute(statement) }
            var ended: [SessionID] = []
            var versions: [(UserID, Int64)] = []
            for user in people where !user.isAnonymous {
                ended += try await SessionStore(rows: rows).revokeAll(of: user.id, in: tenant)
                let version = try await rows.value(
                    "SELECT anonymise_user(\(tenant.uuid), \(user.id.uuid))", as: Int64.self)
                if let version { versions.append((user.id, version)) }
            }
            erased["users"] = versions.count
            for (user, version) in versions {
                try await ChangeStore.appendVersion(version, of: user, tenant: tenant, in: rows)
            }
            try await ChangeStore.appendRevoked(ended, tenant: tenant, in: rows)
            return ErasureSteps.Outcome(erased: erased)
        }
    }
}

extension User {
    /// Whether nothing but the id is left of the person.
    fileprivate var isAnonymous: Bool { email.hasSuffix("@erased.invalid") }
}
