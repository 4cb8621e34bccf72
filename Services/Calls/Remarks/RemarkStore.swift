import FoundationEssentials
import Models
import Postgres

/// A note on a call or a comment at a second of it.
enum RemarkKind: String, Sendable {
    case note, comment
}

/// The notes' and comments' rows; the call is one that the caller sees.
struct RemarkStore: Sendable {
    private static let columns: StaticString =
        "id, call_id, text, mentions, at_seconds, author_id, version, created_at, updated_at"
    /// More would be no conversation.
    static let mostPerCall = 1_000

    let rows: any SQLExecutor

    func list(_ kind: RemarkKind, of call: CallID, in tenant: TenantID) async throws -> [CallsAPI.Remark] {
        try await rows.query(
            """
            SELECT \(unescaped: Self.columns) FROM call_remarks
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND kind = \(kind.rawValue)
            ORDER BY at_seconds NULLS FIRST, created_at, id LIMIT \(Self.mostPerCall)
            """, Self.read)
    }

    func find(_ id: RemarkID, _ kind: RemarkKind, in tenant: TenantID) async throws -> CallsAPI.Remark? {
        try await rows.first(
            """
            SELECT \(unescaped: Self.columns) FROM call_remarks
            WHERE tenant_id = \(tenant) AND id = \(id) AND kind = \(kind.rawValue)
            """, Self.read)
    }

    /// Nil when the call has too many already.
    func create(
        _ kind: RemarkKind, _ text: String, _ mentions: [UserID], at seconds: Double?, on call: CallID,
        by author: UserID?, in tenant: TenantID
    ) async throws -> CallsAPI.Remark? {
        try await rows.first(
            """
            WITH made AS (
                INSERT INTO call_remarks (tenant_id, id, call_id, kind, at_seconds, text, mentions, author_id)
                SELECT \(tenant), \(RemarkID.make()), \(call), \(kind.rawValue), \(seconds), \(text), \(mentions), \(author)
                WHERE (SELECT count(*) FROM call_remarks WHERE tenant_id = \(tenant) AND call_id = \(call)) < \(Self.mostPerCall)
                RETURNING *
            ), kept AS (
                INSERT INTO call_remark_versions (tenant_id, remark_id, version, text, written_at)
                SELECT tenant_id, id, version, text, updated_at FROM made
            )
            SELECT \(unescaped: Self.columns) FROM made
            """, Self.read)
    }

    /// Nil when there is none of this version.
    func update(
        _ id: RemarkID, _ wanted: CallsAPI.UpdateRemark, version: Int64?, in tenant: TenantID
    ) async throws -> CallsAPI.Remark? {
        try await rows.first(
            """
            WITH changed AS (
                UPDATE call_remarks SET text = coalesce(\(wanted.text), text),
                    mentions = coalesce(\(wanted.mentions.map { $0.map(\.uuid) })::uuid[], mentions),
                    version = version + 1, updated_at = now()
                WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
                RETURNING *
            ), kept AS (
                INSERT INTO call_remark_versions (tenant_id, remark_id, version, text, written_at)
                SELECT tenant_id, id, version, text, updated_at FROM changed
            )
            SELECT \(unescaped: Self.columns) FROM changed
            """, Self.read)
    }

    func versions(of id: RemarkID, in tenant: TenantID) async throws -> [CallsAPI.RemarkVersions.Version] {
        try await rows.query(
            """
            SELECT version, text, written_at FROM call_remark_versions
            WHERE tenant_id = \(tenant) AND remark_id = \(id) ORDER BY version DESC LIMIT 1000
            """
        ) { row in
            CallsAPI.RemarkVersions.Version(
                version: try row.next(Int64.self), text: try row.next(String.self),
                writtenAt: try row.next(Timestamp.self))
        }
    }

    /// False when there is none of this version.
    func delete(_ id: RemarkID, version: Int64?, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            DELETE FROM call_remarks
            WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
            """) > 0
    }

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.Remark = { row in
        let (id, call, text) = (
            try row.next(RemarkID.self), try row.next(CallID.self), try row.next(String.self)
        )
        let (mentions, seconds) = (try row.next([UserID].self), try row.next(Double?.self))
        return CallsAPI.Remark(
            id: id, callID: call, text: text, mentions: mentions, atSeconds: seconds,
            authorID: try row.next(UserID?.self), version: try row.next(Int64.self),
            createdAt: try row.next(Timestamp.self), updatedAt: try row.next(Timestamp.self))
    }
}
