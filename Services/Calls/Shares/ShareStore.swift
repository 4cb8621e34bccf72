import Models
import Postgres

/// The links' rows.
struct ShareStore: Sendable {
    static let mostPerCall = 100
    /// So many wrong passwords end a link.
    private static let mostFailures: Int32 = 20
    private static let columns: StaticString = """
        id, call_id, start_seconds, end_seconds, includes_transcript, includes_audio, password_hash IS NOT NULL, expires_at,
        view_limit, views, created_by, created_at, revoked_at
        """

    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    /// Nil when the call has too many.
    func create(
        _ wanted: CallsAPI.CreateShare, digest: [UInt8], passwordHash: String?, on call: CallID, by person: UserID
    ) async throws -> CallsAPI.Share? {
        try await rows.first(
            """
            INSERT INTO call_shares (tenant_id, id, call_id, digest, start_seconds, end_seconds, includes_transcript,
                includes_audio, password_hash, view_limit, expires_at, created_by)
            SELECT \(tenant), \(ShareID.make()), \(call), \(digest), \(wanted.startSeconds), \(wanted.endSeconds),
                \(wanted.includesTranscript ?? true), \(wanted.includesAudio ?? false), \(passwordHash),
                \(wanted.viewLimit.map(Int32.init)), \(wanted.expiresAt), \(person)
            WHERE (SELECT count(*) FROM call_shares WHERE tenant_id = \(tenant) AND call_id = \(call)) < \(Self.mostPerCall)
            RETURNING \(unescaped: Self.columns)
            """, Self.read)
    }

    func list(of call: CallID) async throws -> [CallsAPI.Share] {
        try await rows.query(
            """
            SELECT \(unescaped: Self.columns) FROM call_shares WHERE tenant_id = \(tenant) AND call_id = \(call)
            ORDER BY created_at DESC, id DESC
            """, Self.read)
    }

    func revoke(_ id: ShareID, of call: CallID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE call_shares SET revoked_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND call_id = \(call) AND revoked_at IS NULL
            """) > 0
    }

    /// A link that can still be opened, with the hash of its password.
    func open(_ digest: [UInt8]) async throws -> (id: ShareID, passwordHash: String?)? {
        try await rows.first(
            """
            SELECT id, password_hash FROM call_shares WHERE tenant_id = \(tenant) AND digest = \(digest)
              AND revoked_at IS NULL AND expires_at > now() AND failures < \(Self.mostFailures)
              AND (view_limit IS NULL OR views < view_limit)
            """
        ) { row in (try row.next(ShareID.self), try row.next(String?.self)) }
    }

    /// A link whose sound can be heard; that it was opened is told by a ticket.
    func heard(_ digest: [UInt8]) async throws -> (id: ShareID, callID: CallID)? {
        try await rows.first(
            """
            SELECT s.id, s.call_id FROM call_shares AS s
            JOIN calls AS c ON c.tenant_id = s.tenant_id AND c.id = s.call_id AND c.deleted_at IS NULL
            WHERE s.tenant_id = \(tenant) AND s.digest = \(digest) AND s.includes_audio AND s.revoked_at IS NULL
              AND s.expires_at > now()
            """
        ) { row in (try row.next(ShareID.self), try row.next(CallID.self)) }
    }

    /// Counts a wrong password before the next is tried.
    func noteFailure(_ id: ShareID) async throws {
        try await rows.execute(
            "UPDATE call_shares SET failures = failures + 1 WHERE tenant_id = \(tenant) AND id = \(id)")
    }

    /// Counts one view; nil when the link has run out meanwhile, or its call is in the bin.
    func view(_ id: ShareID) async throws -> CallsAPI.Share? {
        try await rows.first(
            """
            UPDATE call_shares SET views = views + 1, failures = 0
            WHERE tenant_id = \(tenant) AND id = \(id) AND revoked_at IS NULL AND expires_at > now()
              AND (view_limit IS NULL OR views < view_limit)
              AND EXISTS (SELECT FROM calls WHERE tenant_id = \(tenant) AND id = call_shares.call_id AND deleted_at IS NULL)
            RETURNING \(unescaped: Self.columns)
            """, Self.read)
    }

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.Share = { row in
        let (id, call) = (try row.next(ShareID.self), try row.next(CallID.self))
        let (start, end) = (try row.next(Double.self), try row.next(Double.self))
        let (words, sound, hasPassword) = (
            try row.next(Bool.self), try row.next(Bool.self), try row.next(Bool.self)
        )
        let (expiresAt, limit, views) = (
            try row.next(Timestamp.self), try row.next(Int32?.self), try row.next(Int32.self)
        )
        return CallsAPI.Share(
            id: id, callID: call, startSeconds: start, endSeconds: end, includesTranscript: words,
            includesAudio: sound, hasPassword: hasPassword, expiresAt: expiresAt, viewLimit: limit.map(Int.init),
            views: Int(views), createdBy: try row.next(UserID.self), createdAt: try row.next(Timestamp.self),
            revokedAt: try row.next(Timestamp?.self), url: nil)
    }
}
