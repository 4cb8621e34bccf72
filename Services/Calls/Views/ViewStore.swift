import JSON
import Models
import Postgres

/// The saved views' rows: one's own, and those that are shared.
struct ViewStore: Sendable {
    static let mostPerPerson = 200
    private static let columns: StaticString = "id, name, filter, sort, is_shared, owner_id, version, created_at"

    let rows: any SQLExecutor

    func list(of person: UserID, in tenant: TenantID) async throws -> [CallsAPI.View] {
        try await rows.query(
            """
            SELECT \(unescaped: Self.columns) FROM call_views
            WHERE tenant_id = \(tenant) AND (owner_id = \(person) OR is_shared) ORDER BY lower(name), id LIMIT 1000
            """, Self.read)
    }

    func find(_ id: CallViewID, of person: UserID, in tenant: TenantID) async throws -> CallsAPI.View? {
        try await rows.first(
            """
            SELECT \(unescaped: Self.columns) FROM call_views
            WHERE tenant_id = \(tenant) AND id = \(id) AND (owner_id = \(person) OR is_shared)
            """, Self.read)
    }

    /// Nil when the person has too many.
    func create(
        _ wanted: CallsAPI.CreateView, filter: JSONText, sort: String, of person: UserID, in tenant: TenantID
    ) async throws -> CallsAPI.View? {
        try await rows.first(
            """
            INSERT INTO call_views (tenant_id, id, name, filter, sort, is_shared, owner_id)
            SELECT \(tenant), \(CallViewID.make()), \(wanted.name), \(filter), \(sort), \(wanted.isShared ?? false), \(person)
            WHERE (SELECT count(*) FROM call_views WHERE tenant_id = \(tenant) AND owner_id = \(person)) < \(Self.mostPerPerson)
            RETURNING \(unescaped: Self.columns)
            """, Self.read)
    }

    /// Nil when there is none of this version.
    func update(
        _ id: CallViewID, _ wanted: CallsAPI.UpdateView, filter: JSONText?, version: Int64?, in tenant: TenantID
    ) async throws -> CallsAPI.View? {
        try await rows.first(
            """
            UPDATE call_views SET name = coalesce(\(wanted.name), name), filter = coalesce(\(filter)::jsonb, filter),
                sort = coalesce(\(wanted.sort), sort), is_shared = coalesce(\(wanted.isShared), is_shared),
                version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
            RETURNING \(unescaped: Self.columns)
            """, Self.read)
    }

    func delete(_ id: CallViewID, version: Int64?, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            DELETE FROM call_views
            WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
            """) > 0
    }

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.View = { row in
        CallsAPI.View(
            id: try row.next(CallViewID.self), name: try row.next(String.self), filter: try row.next(JSONText.self),
            sort: try row.next(String.self), isShared: try row.next(Bool.self), ownerID: try row.next(UserID.self),
            version: try row.next(Int64.self), createdAt: try row.next(Timestamp.self))
    }
}
