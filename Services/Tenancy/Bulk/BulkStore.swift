import JSON
import Models
import Postgres

/// Changes of many tenants: the platform's rows of them.
struct BulkStore {
    let rows: any SQLExecutor

    private static let columns: StaticString = "id, state, change, requested_by, requested_at, finished_at"

    func create(_ id: BulkID, _ wanted: TenancyAPI.CreateBulk, by user: UserID) async throws {
        let change = try JSONText(encoding: wanted.change)
        try await rows.execute(
            """
            INSERT INTO bulk_changes (tenant_id, id, change, requested_by)
            VALUES (\(TenantID.platform), \(id), \(change), \(user))
            """)
        try await rows.execute(
            """
            INSERT INTO bulk_change_items (tenant_id, bulk_id, target_id)
            SELECT \(TenantID.platform), \(id), unnest(\(wanted.tenants))
            """)
    }

    func find(_ id: BulkID) async throws -> TenancyAPI.Bulk? {
        try await complete(
            rows.query(
                """
                SELECT \(unescaped: Self.columns) FROM bulk_changes
                WHERE tenant_id = \(TenantID.platform) AND id = \(id)
                """, as: TenancyAPI.Bulk.self)
        ).first
    }

    func list(_ page: RowPage) async throws -> [TenancyAPI.Bulk] {
        try await complete(
            rows.query(
                """
                SELECT \(unescaped: Self.columns) FROM bulk_changes
                WHERE tenant_id = \(TenantID.platform)
                  AND (requested_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
                ORDER BY requested_at \(unescaped: page.direction), id \(unescaped: page.direction)
                LIMIT \(page.limit) OFFSET \(page.offset)
                """, as: TenancyAPI.Bulk.self))
    }

    func count(bound: Int) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM bulk_changes WHERE tenant_id = \(TenantID.platform) LIMIT \(bound)) AS counted
            """, as: Int.self) ?? 0
    }

    private func complete(_ found: [TenancyAPI.Bulk]) async throws -> [TenancyAPI.Bulk] {
        let counts = try await rows.query(
            """
            SELECT bulk_id, state, count(*) FROM bulk_change_items
            WHERE tenant_id = \(TenantID.platform) AND bulk_id = ANY (\(found.map(\.id))) GROUP BY bulk_id, state
            """
        ) { row in (bulk: try row.next(BulkID.self), state: try row.next(String.self), count: try row.next(Int.self)) }
        return found.map { bulk in
            var bulk = bulk
            for row in counts where row.bulk == bulk.id { bulk.counts[row.state] = row.count }
            return bulk
        }
    }

    /// All tenants of a change, in order of their ids.
    func items(of id: BulkID) async throws -> [TenancyAPI.BulkItem] {
        try await rows.query(
            """
            SELECT target_id, state, before, after FROM bulk_change_items
            WHERE tenant_id = \(TenantID.platform) AND bulk_id = \(id) ORDER BY target_id
            """, as: TenancyAPI.BulkItem.self)
    }

    /// Some tenants of a change that are in a state.
    func next(_ state: BulkItemState, of id: BulkID, limit: Int32) async throws -> [TenancyAPI.BulkItem] {
        try await rows.query(
            """
            SELECT target_id, state, before, after FROM bulk_change_items
            WHERE tenant_id = \(TenantID.platform) AND bulk_id = \(id) AND state = \(state.rawValue)
            ORDER BY target_id LIMIT \(limit)
            """, as: TenancyAPI.BulkItem.self)
    }

    /// Writes down what became of a tenant.
    func keep(_ item: TenancyAPI.BulkItem, of id: BulkID) async throws {
        let before = try item.before.map { try JSONText(encoding: $0) }
        let after = try item.after.map { try JSONText(encoding: $0) }
        try await rows.execute(
            """
            UPDATE bulk_change_items SET state = \(item.state.rawValue), before = \(before), after = \(after)
            WHERE tenant_id = \(TenantID.platform) AND bulk_id = \(id) AND target_id = \(item.tenantID)
            """)
    }

    /// Moves a change on; false when it is not where it was thought to be.
    func move(_ id: BulkID, from: BulkState, to: BulkState) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE bulk_changes SET state = \(to.rawValue),
                finished_at = CASE WHEN \(to == .done || to == .undone) THEN now() END
            WHERE tenant_id = \(TenantID.platform) AND id = \(id) AND state = \(from.rawValue)
            """) == 1
    }
}

extension TenancyAPI.Bulk: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            id: try row.next(BulkID.self), state: try row.next(BulkState.self),
            change: try TenancyAPI.BulkChange.stored(row.next(JSONText.self)),
            requestedBy: try row.next(UserID.self), requestedAt: try row.next(Timestamp.self),
            finishedAt: try row.next(Timestamp?.self), counts: [:])
    }
}

extension TenancyAPI.BulkItem: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            tenantID: try row.next(TenantID.self), state: try row.next(BulkItemState.self),
            before: try row.next(JSONText?.self).map(TenancyAPI.BulkChange.stored),
            after: try row.next(JSONText?.self).map(TenancyAPI.BulkChange.stored))
    }
}

extension TenancyAPI.BulkChange {
    /// A document of ours; one that cannot be read, of a later release, says nothing.
    fileprivate static func stored(_ document: JSONText) -> TenancyAPI.BulkChange {
        do { return try document.decode(TenancyAPI.BulkChange.self) } catch { return TenancyAPI.BulkChange() }
    }
}
