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

    /// Gives the rows of a table, all or those that name somebody and what belongs to such, one JSON object a line, as
    /// of one moment.
    ///
    /// They are read by a cursor of a transaction of its own: one connection is held as long as the taker takes.
    package func read(_ table: ExportedTable, naming pattern: String? = nil, _ take: ([UInt8]) async throws -> Void)
        async throws
    {
        try await rows.transaction { transaction in
            if let pattern, let link = table.link {
                _ = try await transaction.batch([belonging(table, link, pattern)])
            } else {
                _ = try await transaction.value(
                    """
                    SELECT open_export(
                        'export', \(table.name), \(rows.tenant.uuid), \(table.omitted), \(pattern))::text
                    """, as: String.self)
            }
            while true {
                let lines = try await transaction.values("FETCH 100 FROM export", as: String.self)
                guard !lines.isEmpty else { return }
                try await take(Array((lines.joined(separator: "\n") + "\n").utf8))
                guard lines.count == Self.batch else { return }
            }
        }
    }

    /// Gives the rows of every table in which somebody can have written something, by the catalogue, with all their
    /// columns: also those of tables that no archive has, and of columns that it leaves out.
    ///
    /// What such a column holds may be a digest or encrypted; a sequence of bytes is told in hexadecimal, behind `\x`.
    package func readTexts(_ take: ([UInt8]) async throws -> Void) async throws {
        let tables = try await rows.values(
            "SELECT DISTINCT place FROM erasable_columns() ORDER BY place", as: String.self)
        for table in tables {
            try await rows.transaction { transaction in
                _ = try await transaction.value(
                    """
                    SELECT open_export(
                        'export', \(table), \(rows.tenant.uuid), \([String]()), \(String?.none))::text
                    """, as: String.self)
                while true {
                    // Kept answers and hooks have a megabyte each.
                    let lines = try await transaction.values("FETCH 10 FROM export", as: String.self)
                    guard !lines.isEmpty else { return }
                    try await take(Array((lines.joined(separator: "\n") + "\n").utf8))
                }
            }
        }
    }

    /// Opens the cursor over rows that name somebody, or belong to rows that do.
    private func belonging(
        _ table: ExportedTable, _ link: ExportedTable.Link, _ pattern: String
    ) -> SQL {
        """
        DECLARE export NO SCROLL CURSOR FOR SELECT (to_jsonb(r) - \(table.omitted))::text
        FROM \(unescaped: table.identifier) AS r
        WHERE r.tenant_id = \(rows.tenant) AND ((to_jsonb(r) - \(table.omitted))::text ~* \(pattern)
            OR r.\(unescaped: link.column) IN (
                SELECT o.\(unescaped: link.key) FROM \(unescaped: link.table) AS o
                WHERE o.tenant_id = \(rows.tenant) AND to_jsonb(o)::text ~* \(pattern)))
        """
    }
}
