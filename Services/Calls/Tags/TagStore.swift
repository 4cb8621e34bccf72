import JSON
import Models
import Postgres

/// The tags' rows, and which calls have them.
struct TagStore: Sendable {
    static let most = 500
    static let columns: StaticString = "id, name, color, version"

    let rows: any SQLExecutor

    func list(in tenant: TenantID) async throws -> [CallsAPI.Tag] {
        try await rows.query(
            "SELECT \(unescaped: Self.columns) FROM call_tags WHERE tenant_id = \(tenant) ORDER BY lower(name), id"
        ) { row in try CallsAPI.Tag(row: &row) }
    }

    func find(_ id: TagID, in tenant: TenantID) async throws -> CallsAPI.Tag? {
        try await rows.first(
            "SELECT \(unescaped: Self.columns) FROM call_tags WHERE tenant_id = \(tenant) AND id = \(id)"
        ) { row in try CallsAPI.Tag(row: &row) }
    }

    /// 409 when there is one of this name, or when there are too many.
    func create(_ wanted: CallsAPI.CreateTag, in tenant: TenantID) async throws -> CallsAPI.Tag {
        let made = try await named {
            try await rows.first(
                """
                INSERT INTO call_tags (tenant_id, id, name, color)
                SELECT \(tenant), \(TagID.make()), \(wanted.name), \(wanted.color)
                WHERE (SELECT count(*) FROM call_tags WHERE tenant_id = \(tenant)) < \(Self.most)
                RETURNING \(unescaped: Self.columns)
                """
            ) { row in try CallsAPI.Tag(row: &row) }
        }
        guard let made else { throw Failure(.conflict, "There are \(Self.most) tags already.") }
        return made
    }

    /// Changes what is given; nil when there is none of this version.
    func update(
        _ wanted: CallsAPI.UpdateTag, version: Int64?, of id: TagID, in tenant: TenantID
    ) async throws -> CallsAPI.Tag? {
        try await named {
            try await rows.first(
                """
                UPDATE call_tags SET name = coalesce(\(wanted.name), name),
                    color = CASE WHEN \(wanted.color.isPresent) THEN \(wanted.color.value) ELSE color END,
                    version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
                RETURNING \(unescaped: Self.columns)
                """
            ) { row in try CallsAPI.Tag(row: &row) }
        }
    }

    /// Removes a tag from everywhere; false when there is none of this version.
    func delete(_ id: TagID, version: Int64?, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            DELETE FROM call_tags
            WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
            """) > 0
    }

    /// Which of these tags there are.
    func known(_ ids: [TagID], in tenant: TenantID) async throws -> Set<TagID> {
        Set(
            try await rows.query(
                "SELECT id FROM call_tags WHERE tenant_id = \(tenant) AND id = ANY (\(ids)::uuid[])"
            ) { row in try row.next(TagID.self) })
    }

    /// Gives a call exactly these tags; of a call that is visible.
    func set(_ ids: [TagID], on call: CallID, by person: UserID?, in tenant: TenantID) async throws {
        _ = try await rows.batch([
            """
            DELETE FROM tagged_calls
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND tag_id <> ALL (\(ids)::uuid[])
            """,
            Self.adding(ids, to: [call], by: person, in: tenant),
        ])
    }

    /// The statement that adds tags to calls and gives the pairs that were not there before.
    static func adding(_ ids: [TagID], to calls: [CallID], by person: UserID?, in tenant: TenantID) -> SQL {
        """
        INSERT INTO tagged_calls (tenant_id, call_id, tag_id, tagged_by, started_at)
        SELECT c.tenant_id, c.id, t.id, \(person), c.started_at FROM calls AS c
        JOIN call_tags AS t ON t.tenant_id = \(tenant) AND t.id = ANY (\(ids)::uuid[])
        WHERE c.tenant_id = \(tenant) AND c.id = ANY (\(calls)::uuid[]) ON CONFLICT DO NOTHING
        RETURNING call_id, tag_id
        """
    }

    private func named<Success>(_ body: () async throws -> Success) async throws -> Success {
        do { return try await body() } catch let error as PostgresError {
            guard error.constraint == "call_tags_name_key" else { throw error }
            throw Failure(.conflict, "There is a tag of this name.")
        }
    }
}
