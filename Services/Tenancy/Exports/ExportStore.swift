import JSON
import Models
import Postgres

/// The rows of archives.
struct ExportStore {
    private static let columns: StaticString = """
        id, kind, state, requested_by, requested_at, finished_at, expires_at, size_bytes, sha256, failure, receipts
        """

    let rows: any SQLExecutor

    /// Writes down that an archive of the tenant is wanted; nil while another is being made.
    func create(_ id: ExportID, by user: UserID, in tenant: TenantID) async throws -> TenantExport? {
        try await rows.first(
            """
            INSERT INTO exports (tenant_id, id, state, requested_by) VALUES (\(tenant), \(id), 'waiting', \(user))
            ON CONFLICT DO NOTHING RETURNING \(unescaped: Self.columns)
            """, as: TenantExport.self)
    }

    /// Writes down that an archive of a person is wanted; nil while as many are being made as may be.
    func create(
        _ id: ExportID, of person: [UInt8], by user: UserID, in tenant: TenantID
    ) async throws -> TenantExport? {
        let made = try await rows.first(
            """
            INSERT INTO exports (tenant_id, id, state, kind, requested_by)
            SELECT \(tenant), \(id), 'waiting', 'person', \(user)
            WHERE (SELECT count(*) FROM exports WHERE tenant_id = \(tenant) AND state = 'waiting' AND kind = 'person')
                < \(TenantExport.mostPeople)
            RETURNING \(unescaped: Self.columns)
            """, as: TenantExport.self)
        guard made != nil else { return nil }
        try await rows.execute(
            "INSERT INTO export_targets (tenant_id, export_id, sealed) VALUES (\(tenant), \(id), \(person))")
        return made
    }

    /// Whom a waiting archive is of, encrypted; nil for a tenant's.
    func target(of id: ExportID, in tenant: TenantID) async throws -> [UInt8]? {
        try await rows.value("SELECT sealed FROM export_targets WHERE tenant_id = \(tenant) AND export_id = \(id)")
    }

    /// Forgets whom archives are of that are not waited for any more.
    private func forgetTargets(in tenant: TenantID) async throws {
        try await rows.execute(
            """
            DELETE FROM export_targets AS t USING exports AS e
            WHERE t.tenant_id = \(tenant) AND e.tenant_id = \(tenant) AND e.id = t.export_id AND e.state <> 'waiting'
            """)
    }

    func find(_ id: ExportID, in tenant: TenantID) async throws -> TenantExport? {
        try await rows.first(
            "SELECT \(unescaped: Self.columns) FROM exports WHERE tenant_id = \(tenant) AND id = \(id)",
            as: TenantExport.self)
    }

    func list(_ page: RowPage, _ kinds: [ExportKind], in tenant: TenantID) async throws -> [TenantExport] {
        try await rows.query(
            """
            SELECT \(unescaped: Self.columns) FROM exports
            WHERE tenant_id = \(tenant) AND kind = ANY (\(kinds.map(\.rawValue))) AND (requested_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
            ORDER BY requested_at \(unescaped: page.direction), id \(unescaped: page.direction)
            LIMIT \(page.limit) OFFSET \(page.offset)
            """, as: TenantExport.self)
    }

    func count(_ kinds: [ExportKind], bound: Int, in tenant: TenantID) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM exports WHERE tenant_id = \(tenant) AND kind = ANY (\(kinds.map(\.rawValue))) LIMIT \(bound)
            ) AS counted
            """, as: Int.self) ?? 0
    }

    /// The archive is whole and its bytes are safe; false when it is not wanted any more.
    func setReady(
        _ id: ExportID, size: Int64, sha256: [UInt8], _ receipts: [TenancyAPI.ExportReceipt], until end: Timestamp,
        in tenant: TenantID
    ) async throws -> Bool {
        let isWanted =
            try await rows.execute(
                """
                UPDATE exports SET state = 'ready', finished_at = now(), expires_at = \(end), size_bytes = \(size),
                    sha256 = \(sha256), failure = NULL, receipts = \(try JSONText(encoding: receipts))
                WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'waiting'
                """) == 1
        try await forgetTargets(in: tenant)
        return isWanted
    }

    func setFailed(_ id: ExportID, _ failure: String, in tenant: TenantID) async throws {
        try await rows.execute(
            """
            UPDATE exports SET state = 'failed', finished_at = now(), failure = \(failure)
            WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'waiting'
            """)
        try await forgetTargets(in: tenant)
    }

    /// Ends all archives of a tenant, those that are being made too; their bytes go next.
    func expireAll(in tenant: TenantID) async throws -> [ExportID] {
        let ended = try await rows.query(
            """
            UPDATE exports SET state = 'expired', expires_at = now()
            WHERE tenant_id = \(tenant) AND state IN ('ready', 'waiting') RETURNING id
            """
        ) { row in try row.next(ExportID.self) }
        try await forgetTargets(in: tenant)
        return ended
    }

    /// Ends one whose time is over.
    func expire(_ id: ExportID, in tenant: TenantID) async throws {
        try await rows.execute(
            "UPDATE exports SET state = 'expired' WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'ready'")
    }

    /// Archives of any tenant that can be fetched no more, and still have bytes.
    static func expired(limit: Int32, in database: Database) async throws -> [(tenant: TenantID, id: ExportID)] {
        try await database.tenant(.platform).query("SELECT owner, id FROM platform_expired_exports(\(limit))") { row in
            (tenant: try row.next(TenantID.self), id: try row.next(ExportID.self))
        }
    }
}

extension TenantExport: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(ExportID.self)
        kind = try row.next(ExportKind.self)
        state = try row.next(ExportState.self)
        requestedBy = try row.next(UserID.self)
        requestedAt = try row.next(Timestamp.self)
        finishedAt = try row.next(Timestamp?.self)
        expiresAt = try row.next(Timestamp?.self)
        sizeBytes = try row.next(Int64?.self)
        sha256 = try row.next([UInt8]?.self)
        failure = try row.next(String?.self)
        let given = try row.next(JSONText.self)
        do { receipts = try given.decode([TenancyAPI.ExportReceipt].self) } catch { receipts = [] }
    }
}
