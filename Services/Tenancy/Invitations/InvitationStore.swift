import Models
import Postgres

/// The invitations' rows, found by the digest of their token.
struct InvitationStore {
    let rows: any SQLExecutor

    func create(
        _ id: InvitationID, email: EmailAddress, name: String?, role: Role, areas: [PlatformArea]? = nil,
        purpose: Invitation.Purpose, digest: [UInt8],
        createdBy: UserID?, expiresAt: Timestamp, isMailed: Bool = true, in tenant: TenantID
    ) async throws -> Invitation {
        let made = try await rows.first(
            """
            INSERT INTO invitations
                (tenant_id, id, email, email_lc, name, role, purpose, token_digest, created_by, expires_at, areas,
                 is_mailed)
            VALUES (\(tenant), \(id), \(email.text), \(email.normalised), \(name), \(role.rawValue), \(purpose.rawValue),
                    \(digest), \(createdBy), \(expiresAt), \(areas?.map(\.rawValue)), \(isMailed))
            RETURNING \(unescaped: Invitation.columns)
            """, as: Invitation.self)
        guard let made else { throw Failure(.internal) }
        return made
    }

    /// The invitation of a token that can still be accepted.
    func find(digest: [UInt8], in tenant: TenantID) async throws -> Invitation? {
        try await rows.first(
            """
            SELECT \(unescaped: Invitation.columns) FROM invitations
            WHERE tenant_id = \(tenant) AND token_digest = \(digest) AND accepted_at IS NULL AND revoked_at IS NULL
              AND expires_at > now()
            """, as: Invitation.self)
    }

    /// Uses the token up; nil when it is unknown, used, revoked or over.
    ///
    /// One guarded statement, so it works once.
    func accept(digest: [UInt8], in tenant: TenantID) async throws -> Invitation? {
        try await rows.first(
            """
            UPDATE invitations SET accepted_at = now()
            WHERE tenant_id = \(tenant) AND token_digest = \(digest) AND accepted_at IS NULL AND revoked_at IS NULL
              AND expires_at > now()
            RETURNING \(unescaped: Invitation.columns)
            """, as: Invitation.self)
    }

    func revoke(_ id: InvitationID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE invitations SET revoked_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND accepted_at IS NULL AND revoked_at IS NULL
            """) == 1
    }

    /// Voids the links of an address that nobody has used: of several letters the last one counts.
    func revokePending(_ purpose: Invitation.Purpose, email: EmailAddress, in tenant: TenantID) async throws {
        try await rows.execute(
            """
            UPDATE invitations SET revoked_at = now()
            WHERE tenant_id = \(tenant) AND email_lc = \(email.normalised) AND purpose = \(purpose.rawValue)
              AND accepted_at IS NULL AND revoked_at IS NULL
            """)
    }

    /// Whether an address has a link that was made within a time and still works.
    func hasPending(
        _ purpose: Invitation.Purpose, email: EmailAddress, since time: Duration, in tenant: TenantID
    ) async throws -> Bool {
        try await rows.value(
            """
            SELECT EXISTS (
                SELECT FROM invitations
                WHERE tenant_id = \(tenant) AND email_lc = \(email.normalised) AND purpose = \(purpose.rawValue)
                  AND accepted_at IS NULL AND revoked_at IS NULL AND created_at > now() - \(time))
            """) ?? false
    }

    /// How many seats are promised.
    func countPending(in tenant: TenantID) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM invitations
            WHERE tenant_id = \(tenant) AND purpose = 'invitation' AND accepted_at IS NULL AND revoked_at IS NULL
              AND expires_at > now()
            """, as: Int.self) ?? 0
    }

    /// The invitation, locked to the end of the transaction.
    func lock(_ id: InvitationID, in tenant: TenantID) async throws -> Invitation? {
        try await rows.first(
            """
            SELECT \(unescaped: Invitation.columns) FROM invitations
            WHERE tenant_id = \(tenant) AND id = \(id) AND purpose = 'invitation' FOR UPDATE
            """, as: Invitation.self)
    }

    /// Gives an invitation another link; the one before is void.
    func renew(
        _ id: InvitationID, digest: [UInt8], expiresAt: Timestamp, isMailed: Bool, in tenant: TenantID
    ) async throws -> Invitation? {
        try await rows.first(
            """
            UPDATE invitations SET token_digest = \(digest), expires_at = \(expiresAt), sent_at = now(),
                is_mailed = \(isMailed)
            WHERE tenant_id = \(tenant) AND id = \(id) AND accepted_at IS NULL AND revoked_at IS NULL
            RETURNING \(unescaped: Invitation.columns)
            """, as: Invitation.self)
    }

    /// The last invitation of a tenant's owner that nobody has accepted.
    func ownersInvitation(in tenant: TenantID) async throws -> Invitation? {
        try await rows.first(
            """
            SELECT \(unescaped: Invitation.columns) FROM invitations
            WHERE tenant_id = \(tenant) AND purpose = 'invitation' AND role = 'owner' AND accepted_at IS NULL
              AND revoked_at IS NULL
            ORDER BY created_at DESC, id DESC LIMIT 1
            """, as: Invitation.self)
    }

    func find(_ id: InvitationID, in tenant: TenantID) async throws -> Invitation? {
        try await rows.first(
            """
            SELECT \(unescaped: Invitation.columns) FROM invitations
            WHERE tenant_id = \(tenant) AND id = \(id) AND purpose = 'invitation'
            """, as: Invitation.self)
    }

    /// A page of the invitations of people, newest first.
    func list(_ filter: InvitationFilter, _ page: RowPage, in tenant: TenantID) async throws -> [Invitation] {
        try await rows.query(
            """
            SELECT \(unescaped: Invitation.columns) FROM invitations
            WHERE \(Self.condition(filter, in: tenant))
              AND (created_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
            ORDER BY created_at \(unescaped: page.direction), id \(unescaped: page.direction)
            LIMIT \(page.limit) OFFSET \(page.offset)
            """, as: Invitation.self)
    }

    func count(_ filter: InvitationFilter, bound: Int, in tenant: TenantID) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM invitations WHERE \(Self.condition(filter, in: tenant)) LIMIT \(bound)
            ) AS counted
            """, as: Int.self) ?? 0
    }

    /// Notes which letter has the invitation's link; nothing is known of it yet.
    func noteLetter(_ mail: MailID, of id: InvitationID, in tenant: TenantID) async throws {
        try await rows.execute(
            """
            UPDATE invitations SET mail_id = \(mail), undelivered_code = NULL
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
    }

    /// Notes why a letter was given up; nothing when it is no invitation's, or no longer its last one.
    func noteUndelivered(_ mail: MailID, _ code: String, in tenant: TenantID) async throws {
        try await rows.execute(
            "UPDATE invitations SET undelivered_code = \(code) WHERE tenant_id = \(tenant) AND mail_id = \(mail)")
    }

    private static func condition(_ filter: InvitationFilter, in tenant: TenantID) -> SQL {
        var sql: SQL = "tenant_id = \(tenant) AND purpose = 'invitation'"
        if let search = filter.search {
            sql = "\(sql) AND (strpos(email_lc, lower(\(search))) > 0 OR strpos(lower(name), lower(\(search))) > 0)"
        }
        return switch filter.status {
        case nil: sql
        case .accepted: "\(sql) AND accepted_at IS NOT NULL"
        case .revoked: "\(sql) AND accepted_at IS NULL AND revoked_at IS NOT NULL"
        case .pending: "\(sql) AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()"
        case .expired: "\(sql) AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at <= now()"
        }
    }
}

extension Invitation: PostgresRowDecodable {
    /// The letter's way shows in the queue: a job that is done is gone.
    static let columns: StaticString = """
        id, email, name, role, purpose, created_at, expires_at, accepted_at, revoked_at, areas, sent_at,
        CASE WHEN NOT is_mailed THEN 'none' WHEN undelivered_code IS NOT NULL THEN 'failed' ELSE coalesce((
            SELECT CASE j.state WHEN 'dead' THEN 'failed' ELSE 'waiting' END FROM jobs AS j
            WHERE j.tenant_id = invitations.tenant_id AND j.subject_id = invitations.id
            ORDER BY j.id DESC LIMIT 1), 'sent') END, undelivered_code
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(InvitationID.self)
        email = try row.next(String.self)
        name = try row.next(String?.self)
        role = try row.next(Role.self)
        purpose = try row.next(Purpose.self)
        createdAt = try row.next(Timestamp.self)
        expiresAt = try row.next(Timestamp.self)
        acceptedAt = try row.next(Timestamp?.self)
        revokedAt = try row.next(Timestamp?.self)
        areas = try row.next([String]?.self)?.compactMap(PlatformArea.init(rawValue:))
        sentAt = try row.next(Timestamp.self)
        letter = try row.next(LetterStatus.self)
        undeliveredCode = try row.next(String?.self)
    }
}
