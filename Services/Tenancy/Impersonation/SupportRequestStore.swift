import Models
import Postgres

/// The wishes of super admins to act as a tenant's owner.
struct SupportRequestStore {
    /// How long the owner has to decide.
    static let patience = Duration.seconds(24 * 3600)
    /// How many can wait for one tenant at once.
    static let mostWaiting = 10

    private static let columns: StaticString = """
        id, CASE WHEN is_approved IS false THEN 'refused' WHEN expires_at <= now() THEN 'expired'
                 WHEN is_approved THEN 'approved' ELSE 'waiting' END,
        reason, requested_by, requested_at, decided_by, decided_at, expires_at
        """

    let rows: any SQLExecutor
    let tenant: TenantID

    /// Writes a wish down; nil when as many wait as may.
    func create(_ id: SupportRequestID, reason: String, by user: UserID) async throws -> TenancyAPI.SupportRequest? {
        try await rows.first(
            """
            INSERT INTO support_requests (tenant_id, id, requested_by, reason, expires_at)
            SELECT \(tenant), \(id), \(user), \(reason), now() + \(Self.patience)
            WHERE (SELECT count(*) FROM support_requests
                   WHERE tenant_id = \(tenant) AND is_approved IS NULL AND expires_at > now()) < \(Self.mostWaiting)
            RETURNING \(unescaped: Self.columns)
            """, as: TenancyAPI.SupportRequest.self)
    }

    /// Newest first.
    func list(limit: Int) async throws -> [TenancyAPI.SupportRequest] {
        try await rows.query(
            """
            SELECT \(unescaped: Self.columns) FROM support_requests WHERE tenant_id = \(tenant)
            ORDER BY requested_at DESC, id DESC LIMIT \(limit)
            """, as: TenancyAPI.SupportRequest.self)
    }

    /// Decides on a wish that waits, or takes an approval back; nil when there is nothing to decide.
    func decide(
        _ id: SupportRequestID, approves: Bool, until end: Timestamp, by user: UserID
    ) async throws -> TenancyAPI.SupportRequest? {
        try await rows.first(
            """
            UPDATE support_requests SET is_approved = \(approves), decided_by = \(user), decided_at = now(),
                expires_at = CASE WHEN \(approves) THEN \(end) ELSE now() END
            WHERE tenant_id = \(tenant) AND id = \(id) AND expires_at > now()
              AND (is_approved IS NULL OR is_approved AND NOT \(approves))
            RETURNING \(unescaped: Self.columns)
            """, as: TenancyAPI.SupportRequest.self)
    }

    /// Whether the owner has agreed that a super admin acts as them now.
    func isApproved(for user: UserID) async throws -> Bool {
        try await rows.value(
            """
            SELECT EXISTS (SELECT FROM support_requests WHERE tenant_id = \(tenant) AND requested_by = \(user)
                           AND is_approved AND expires_at > now())
            """) ?? false
    }
}

extension TenancyAPI.SupportRequest: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            id: try row.next(SupportRequestID.self), state: try row.next(SupportRequestState.self),
            reason: try row.next(String.self), requestedBy: try row.next(UserID.self),
            requestedAt: try row.next(Timestamp.self), decidedBy: try row.next(UserID?.self),
            decidedAt: try row.next(Timestamp?.self), expiresAt: try row.next(Timestamp.self))
    }
}
