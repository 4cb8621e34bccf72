import Models
import Postgres

/// The platform's notices.
struct NoticeStore {
    /// How long before its time a notice is shown.
    private static let ahead = Duration.seconds(86_400)
    private static let columns: StaticString = "id, message, severity, starts_at, ends_at"

    /// The platform's rows, whoever reads.
    let rows: any SQLExecutor

    func create(_ wanted: TenancyAPI.CreateNotice, by user: UserID) async throws -> TenancyAPI.Notice {
        let made = try await rows.first(
            """
            INSERT INTO notices (tenant_id, id, message, severity, starts_at, ends_at, created_by)
            VALUES (\(TenantID.platform), \(NoticeID.make()), \(wanted.message), \(wanted.severity.rawValue),
                    \(wanted.startsAt), \(wanted.endsAt), \(user))
            RETURNING \(unescaped: Self.columns)
            """, as: TenancyAPI.Notice.self)
        guard let made else { throw Failure(.internal) }
        return made
    }

    /// Those that are not over, the next first; for everybody those alone that are shown already.
    func list(onlyShown: Bool, limit: Int) async throws -> [TenancyAPI.Notice] {
        try await rows.query(
            """
            SELECT \(unescaped: Self.columns) FROM notices
            WHERE tenant_id = \(TenantID.platform) AND ends_at > now()
              AND (NOT \(onlyShown) OR starts_at < now() + \(Self.ahead))
            ORDER BY starts_at, id LIMIT \(limit)
            """, as: TenancyAPI.Notice.self)
    }

    func remove(_ id: NoticeID) async throws -> Bool {
        try await rows.execute(
            "DELETE FROM notices WHERE tenant_id = \(TenantID.platform) AND id = \(id)") == 1
    }

    /// How many are not over.
    func count() async throws -> Int {
        try await rows.value(
            "SELECT count(*) FROM notices WHERE tenant_id = \(TenantID.platform) AND ends_at > now()", as: Int.self)
            ?? 0
    }
}

extension TenancyAPI.Notice: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            id: try row.next(NoticeID.self), message: try row.next(String.self),
            severity: try row.next(NoticeSeverity.self), startsAt: try row.next(Timestamp.self),
            endsAt: try row.next(Timestamp.self))
    }
}
