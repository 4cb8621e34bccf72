package import Models
package import Postgres

/// What agents say against scores.
struct ContestStore: Sendable {
    let database: Database

    func list(of call: CallID, in tenant: TenantID) async throws -> [CallsAPI.Contest] {
        try await database.tenant(tenant).query(
            """
            SELECT \(unescaped: CallsAPI.Contest.columns) FROM call_contests
            WHERE tenant_id = \(tenant) AND call_id = \(call) ORDER BY created_at DESC, id DESC LIMIT 200
            """, as: CallsAPI.Contest.self)
    }

    func find(_ id: ContestID, in tenant: TenantID) async throws -> CallsAPI.Contest? {
        try await database.tenant(tenant).first(
            """
            SELECT \(unescaped: CallsAPI.Contest.columns) FROM call_contests
            WHERE tenant_id = \(tenant) AND id = \(id)
            """, as: CallsAPI.Contest.self)
    }

    /// Nil while an earlier contest of the same line is open.
    func create(
        _ wanted: CallsAPI.CreateContest, of call: CallID, analysis version: Int, by person: UserID,
        in tenant: TenantID
    ) async throws -> CallsAPI.Contest? {
        try await database.tenant(tenant).first(
            """
            INSERT INTO call_contests (tenant_id, id, call_id, analysis_version, category, reason, contested_by)
            SELECT \(tenant), \(ContestID.make()), \(call), \(Int32(clamping: version)), \(wanted.category),
                \(wanted.reason), \(person)
            WHERE NOT EXISTS (
                SELECT FROM call_contests
                WHERE tenant_id = \(tenant) AND call_id = \(call) AND status = 'open'
                  AND category IS NOT DISTINCT FROM \(wanted.category))
            RETURNING \(unescaped: CallsAPI.Contest.columns)
            """, as: CallsAPI.Contest.self)
    }

    /// Nil when another version is there; a version of nil is any.
    func answer(
        _ id: ContestID, _ status: ContestStatus, _ answer: String?, by person: UserID?, version: Int64?,
        in tenant: TenantID
    ) async throws -> CallsAPI.Contest? {
        try await database.tenant(tenant).first(
            """
            UPDATE call_contests SET status = \(status.rawValue), answer = \(answer), answered_by = \(person),
                answered_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND (\(version)::bigint IS NULL OR version = \(version))
            RETURNING \(unescaped: CallsAPI.Contest.columns)
            """, as: CallsAPI.Contest.self)
    }
}

extension CallsAPI.Contest: PostgresRowDecodable {
    static let columns: StaticString = """
        id, call_id, analysis_version, category, reason, contested_by, status, answer, answered_by, answered_at, version,
        created_at
        """

    package init(row: inout RowReader) throws(PostgresError) {
        self.init(
            id: try row.next(ContestID.self), callID: try row.next(CallID.self),
            analysisVersion: Int(try row.next(Int32.self)), category: try row.next(String?.self),
            reason: try row.next(String.self), contestedBy: try row.next(UserID.self),
            status: try row.next(ContestStatus.self), answer: try row.next(String?.self),
            answeredBy: try row.next(UserID?.self), answeredAt: try row.next(Timestamp?.self),
            version: try row.next(Int64.self), createdAt: try row.next(Timestamp.self))
    }
}
