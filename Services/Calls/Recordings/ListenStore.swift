package import Models
package import Postgres

/// Who listened to which part of which recording.
struct ListenStore: Sendable {
    /// One request of a player.
    struct Heard: Sendable {
        var userID: UserID?
        var apiKeyID: APIKeyID?
        var impersonatorID: UserID?
        /// The link of somebody without an account.
        var shareID: ShareID?
        var isDownload: Bool
        var isOriginal: Bool
        var fromSeconds: Double
        var toSeconds: Double
    }

    let database: Database

    /// Notes a part; players ask for many parts in a row, which become one.
    func note(_ heard: Heard, of call: CallID, in tenant: TenantID) async throws {
        try await database.tenant(tenant).execute(
            """
            WITH extended AS (
                UPDATE recording_listens SET from_seconds = least(from_seconds, \(heard.fromSeconds)),
                    to_seconds = greatest(to_seconds, \(heard.toSeconds)), ended_at = now()
                WHERE tenant_id = \(tenant) AND id = (
                    SELECT id FROM recording_listens
                    WHERE tenant_id = \(tenant) AND call_id = \(call)
                      AND user_id IS NOT DISTINCT FROM \(heard.userID)
                      AND api_key_id IS NOT DISTINCT FROM \(heard.apiKeyID)
                      AND impersonator_id IS NOT DISTINCT FROM \(heard.impersonatorID)
                      AND share_id IS NOT DISTINCT FROM \(heard.shareID)
                      AND is_download = \(heard.isDownload) AND is_original = \(heard.isOriginal)
                      AND ended_at > now() - interval '10 minutes'
                      AND from_seconds <= \(heard.toSeconds + 30) AND to_seconds >= \(heard.fromSeconds - 30)
                    ORDER BY started_at DESC LIMIT 1)
                RETURNING id
            )
            INSERT INTO recording_listens (tenant_id, id, call_id, user_id, api_key_id, impersonator_id, share_id,
                is_download, is_original, from_seconds, to_seconds)
            SELECT \(tenant), \(ListenID.make()), \(call), \(heard.userID), \(heard.apiKeyID),
                \(heard.impersonatorID), \(heard.shareID), \(heard.isDownload), \(heard.isOriginal), \(heard.fromSeconds),
                \(heard.toSeconds)
            WHERE NOT EXISTS (SELECT FROM extended)
            """)
    }

    /// A page, the newest first.
    func list(
        of call: CallID, after: (at: Timestamp, id: ListenID)?, limit: Int, offset: Int, in tenant: TenantID
    ) async throws -> [CallsAPI.Listen] {
        try await database.tenant(tenant).query(
            """
            SELECT id, user_id, api_key_id, impersonator_id, share_id, is_download, is_original, from_seconds,
                to_seconds, started_at, ended_at
            FROM recording_listens
            WHERE tenant_id = \(tenant) AND call_id = \(call)
              AND (\(after?.at)::timestamptz IS NULL OR (started_at, id) < (\(after?.at), \(after?.id)))
            ORDER BY started_at DESC, id DESC LIMIT \(limit) OFFSET \(offset)
            """, as: CallsAPI.Listen.self)
    }

    func count(of call: CallID, in tenant: TenantID) async throws -> Int {
        try await database.tenant(tenant).value(
            "SELECT count(*) FROM recording_listens WHERE tenant_id = \(tenant) AND call_id = \(call)", as: Int.self)
            ?? 0
    }
}

extension CallsAPI.Listen: PostgresRowDecodable {
    package init(row: inout RowReader) throws(PostgresError) {
        self.init(
            id: try row.next(ListenID.self), userID: try row.next(UserID?.self),
            apiKeyID: try row.next(APIKeyID?.self), impersonatorID: try row.next(UserID?.self),
            shareID: try row.next(ShareID?.self), isDownload: try row.next(Bool.self),
            isOriginal: try row.next(Bool.self),
            fromSeconds: try row.next(Double.self), toSeconds: try row.next(Double.self),
            startedAt: try row.next(Timestamp.self), endedAt: try row.next(Timestamp.self))
    }
}
