import Models
import Postgres

/// The platform's own tenant and its first super admin.
struct PlatformStore {
    let database: TenantDatabase

    func hasSuperAdmin() async throws -> Bool {
        try await UserStore(rows: database).exists(role: .superAdmin, in: .platform)
    }

    /// Makes the platform's row and, when there is no super admin yet, the first one; true when it made one.
    func bootstrap(email: EmailAddress, passwordHash: String) async throws -> Bool {
        try await database.transaction { rows in
            let isFirst = try await makePlatform(rows)
            let users = UserStore(rows: rows)
            if try await users.exists(role: .superAdmin, in: .platform) {
                if isFirst { try await tell(rows) }
                return false
            }
            let user = try await users.create(
                id: .make(), email: email, name: "Administrator", role: .superAdmin, passwordHash: passwordHash,
                in: .platform)
            try await AuditStore(rows: rows).append(
                Origin(actor: .operator).entry(.userCreated, "user/\(user.id)"), in: .platform)
            if isFirst { try await tell(rows) }
            return true
        }
    }

    /// Serialised by the row's own key: of two processes one inserts, and the other waits and finds it.
    private func makePlatform(_ rows: Transaction) async throws -> Bool {
        let made = try await rows.execute(
            """
            INSERT INTO tenants (tenant_id, name, subdomain, plan, phone_system)
            VALUES (\(TenantID.platform), 'Platform', \(Subdomain.admin.label), 'enterprise', 'none')
            ON CONFLICT ON CONSTRAINT tenants_pkey DO NOTHING
            """)
        // Locks the row, so that the check for a super admin happens one process at a time.
        try await rows.execute("SELECT 1 FROM tenants WHERE tenant_id = \(TenantID.platform) FOR UPDATE")
        return made == 1
    }

    /// Processes that run already learn that there is a platform.
    private func tell(_ rows: Transaction) async throws {
        guard let platform = try await TenantStore(rows: rows).find(.platform) else { return }
        try await ChangeStore.append(
            .tenant, key: platform.id.jsonText, value: platform.change, tenant: platform.id, in: rows)
    }

    /// A one-time link for a super admin: the password and earlier links are void, all sessions end, and every process
    /// is told.
    func resetAdmin(email: EmailAddress, digest: [UInt8]) async throws -> Bool {
        try await database.transaction { rows in
            guard let found = try await UserStore(rows: rows).credentials(email: email, in: .platform),
                found.user.role == .superAdmin
            else { return false }
            let invitations = InvitationStore(rows: rows)
            try await invitations.revokePending(.reset, email: email, in: .platform)
            let invitation = InvitationID.make()
            _ = try await invitations.create(
                invitation, email: email, name: found.user.name, role: .superAdmin, purpose: .reset, digest: digest,
                createdBy: nil, expiresAt: .now() + Invitation.resetLife, in: .platform)
            let version = try await UserStore(rows: rows).clearPassword(of: found.user.id, in: .platform)
            _ = try await SecondFactorStore(rows: rows).remove(of: found.user.id, in: .platform)
            let sessions = try await SessionStore(rows: rows).revokeAll(of: found.user.id, in: .platform)
            try await AuditStore(rows: rows).append(
                Origin(actor: .operator).entry(.passwordResetStarted, "user/\(found.user.id)"), in: .platform)
            if let version {
                try await ChangeStore.appendVersion(version, of: found.user.id, tenant: .platform, in: rows)
            }
            try await ChangeStore.appendRevoked(sessions, tenant: .platform, in: rows)
            return true
        }
    }
}
