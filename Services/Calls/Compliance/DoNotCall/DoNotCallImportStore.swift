import Models
import Postgres

/// The imports' rows.
enum DoNotCallImportStore {
    static func begin(
        by user: UserID?, in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> DoNotCallImportID {
        let id = DoNotCallImportID.make()
        try await database.execute(
            "INSERT INTO do_not_call_imports (tenant_id, id, created_by) VALUES (\(tenant), \(id), \(user))")
        return id
    }

    /// Adds up what a portion has come to, with its faults.
    static func count(
        _ id: DoNotCallImportID, _ portion: DoNotCallImportRoutes.Portion, added: Int, cancelled: Int,
        in tenant: TenantID, _ transaction: Transaction
    ) async throws {
        let lines = portion.faults.map { Int32($0.line) }
        let codes = portion.faults.map(\.fault.rawValue)
        try await transaction.execute(
            """
            WITH faults AS (
                INSERT INTO do_not_call_import_rows (tenant_id, import_id, line, code)
                SELECT \(tenant), \(id), line, code FROM unnest(\(lines), \(codes)) AS f (line, code)
                ON CONFLICT ON CONSTRAINT do_not_call_import_rows_pkey DO NOTHING
            )
            UPDATE do_not_call_imports SET row_count = row_count + \(Int32(portion.wanted.count + lines.count)),
                added = added + \(Int32(added)), known = known + \(Int32(portion.wanted.count - added)),
                refused = refused + \(Int32(lines.count)), cancelled = cancelled + \(Int32(cancelled))
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
    }

    static func finish(_ id: DoNotCallImportID, in tenant: TenantID, _ database: some SQLExecutor) async throws {
        try await database.execute(
            "UPDATE do_not_call_imports SET is_finished = true WHERE tenant_id = \(tenant) AND id = \(id)")
    }

    static func find(
        _ id: DoNotCallImportID, in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> CallsAPI.DoNotCallImport? {
        try await database.first("\(selection) WHERE i.tenant_id = \(tenant) AND i.id = \(id)", read)
    }

    static func page(
        _ order: RowOrderStore, in tenant: TenantID, _ database: TenantDatabase
    ) async throws -> (rows: [CallsAPI.DoNotCallImport], total: Int) {
        let results = try await database.batch([
            """
            \(selection) WHERE i.tenant_id = \(tenant)\(order.start("i.created_at", "i.id"))
            \(order.end("i.created_at", "i.id"))
            """,
            "SELECT count(*) FROM do_not_call_imports WHERE tenant_id = \(tenant)",
        ])
        return (try results[0].map(read), try results[1].first { row in try row.next(Int.self) } ?? 0)
    }

    /// Rows that were passed over, after a line.
    static func rows(
        of id: DoNotCallImportID, after line: Int64, limit: Int, in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> [CallsAPI.DoNotCallImportRow] {
        try await database.query(
            """
            SELECT line, code FROM do_not_call_import_rows
            WHERE tenant_id = \(tenant) AND import_id = \(id) AND line > \(line) ORDER BY line LIMIT \(limit)
            """
        ) { row in
            let (line, code) = (Int(try row.next(Int32.self)), try row.next(String.self))
            return CallsAPI.DoNotCallImportRow(
                line: line, code: code, detail: DoNotCallFile.Fault(rawValue: code)?.detail ?? "")
        }
    }

    private static let selection: SQL = """
        SELECT i.id, i.row_count, i.added, i.known, i.refused, i.is_finished, i.cancelled, i.created_by, i.created_at
        FROM do_not_call_imports AS i
        """

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.DoNotCallImport = { row in
        CallsAPI.DoNotCallImport(
            id: try row.next(DoNotCallImportID.self), rows: Int(try row.next(Int32.self)),
            added: Int(try row.next(Int32.self)), known: Int(try row.next(Int32.self)),
            refused: Int(try row.next(Int32.self)), finished: try row.next(Bool.self),
            cancelled: Int(try row.next(Int32.self)), createdBy: try row.next(UserID?.self),
            createdAt: try row.next(Timestamp.self))
    }
}
