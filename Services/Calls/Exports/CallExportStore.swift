import JSON
import Models
import Postgres

/// What was taken out, by whom and how much: written before the first row leaves, and closed after the last.
struct CallExportStore: Sendable {
    private static let columns: StaticString = "id, format, user_id, filter, row_count, done_at, created_at"

    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    func begin(_ format: String, _ filter: CallQuery, by person: UserID?) async throws -> CallExportID {
        let id = CallExportID.make()
        try await rows.execute(
            """
            INSERT INTO call_exports (tenant_id, id, format, user_id, filter)
            VALUES (\(tenant), \(id), \(format), \(person), \(try JSONText(encoding: filter)))
            """)
        return id
    }

    /// Notes how many rows have left; `isDone` after the last.
    func note(_ id: CallExportID, rows count: Int, isDone: Bool) async throws {
        try await rows.execute(
            """
            UPDATE call_exports SET row_count = \(count), done_at = CASE WHEN \(isDone) THEN now() END
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
    }

    func list(
        after position: (at: Timestamp, id: CallExportID)?, limit: Int, offset: Int
    ) async throws -> [CallsAPI.CallExport] {
        let (at, id) = (position?.at, position?.id)
        return try await rows.query(
            """
            SELECT \(unescaped: Self.columns) FROM call_exports
            WHERE tenant_id = \(tenant) AND (\(at)::timestamptz IS NULL OR (created_at, id) < (\(at), \(id)))
            ORDER BY created_at DESC, id DESC LIMIT \(limit) OFFSET \(offset)
            """
        ) { row in
            let (id, format) = (try row.next(CallExportID.self), try row.next(String.self))
            let (person, filter) = (try row.next(UserID?.self), try row.next(JSONText.self))
            let (count, doneAt) = (try row.next(Int.self), try row.next(Timestamp?.self))
            return CallsAPI.CallExport(
                id: id, format: format, userID: person, filter: filter, rows: count, doneAt: doneAt,
                createdAt: try row.next(Timestamp.self))
        }
    }

    func count(bound: Int) async throws -> Int {
        try await rows.value(
            "SELECT count(*) FROM (SELECT 1 FROM call_exports WHERE tenant_id = \(tenant) LIMIT \(bound)) AS counted",
            as: Int.self) ?? 0
    }
}
