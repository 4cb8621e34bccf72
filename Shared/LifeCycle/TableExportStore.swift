import Models
package import Postgres

/// Reads a tenant's rows as JSON, table by table; its database has `LifeCycleMigrations`.
package struct TableExportStore: Sendable {
    /// How many rows one read fetches; no more of them are held.
    private static let batch = 100
    /// The longest that one read may take.
    private static let patience = Duration.seconds(120)

    private let rows: TenantDatabase

    package init(_ database: TenantDatabase) { rows = database.within(Self.patience) }

    /// Gives the rows of a table, all or those that name somebody, one JSON object a line, as of one moment.
    ///
    /// They are read by a cursor of a transaction of its own: one connection is held as long as the taker takes.
    package func read(_ table: ExportedTable, naming pattern: String? = nil, _ take: ([UInt8]) async throws -> Void)
        async throws
    {
        let tenant = rows.tenant
        try await rows.transaction { transaction in
            _ = try await transaction.value(
                """
                SELECT open_export('export', \(table.name), \(tenant.uuid), \(table.omitted), \(pattern))::text
                """, as: String.self)
            while true {
                let lines = try await transaction.values("FETCH 100 FROM export", as: String.self)
                guard !lines.isEmpty else { return }
                try await take(Array((lines.joined(separator: "\n") + "\n").utf8))
                guard lines.count == Self.batch else { return }
            }
        }
    }
}
