import Models
import Postgres

/// What is looked after of all tenants' phone systems.
struct IngestUpkeepStore: Sendable {
    let database: Database

    /// Removes what is older, some thousands at a time.
    func prune(payloads: Timestamp, hours: Timestamp) async throws {
        while let removed = try await database.value("SELECT prune_ingest(\(payloads), \(hours))", as: Int.self),
            removed == 10_000
        {
            try Task.checkCancellation()
        }
    }

    /// The connections that have ever spoken or been asked, by their tenants.
    func connections() async throws -> [TenantID: [ConnectionID]] {
        let found = try await database.query("SELECT tenant_id, connection_id FROM connections_with_state()") { row in
            (tenant: try row.next(TenantID.self), id: try row.next(ConnectionID.self))
        }
        return Dictionary(grouping: found, by: \.tenant).mapValues { $0.map(\.id) }
    }
}

/// What hooks say of a person.
struct HookErasureStore: Sendable {
    let rows: TenantDatabase

    /// Removes payloads that name somebody, in whatever form they are written; how many.
    func erase(_ pattern: String) async throws -> Int {
        try await rows.execute(
            """
            DELETE FROM hook_payloads AS payload
            WHERE tenant_id = \(rows.tenant) AND EXISTS (
                SELECT FROM unnest(ARRAY[payload.query, encode(payload.body, 'escape')]) AS said (content)
                WHERE content ~* \(pattern)
                    OR regexp_replace(content, '\\+|%(20|28|29|2b|2d|2e|2f)', ' ', 'gi') ~* \(pattern))
            """)
    }
}
