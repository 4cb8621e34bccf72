package import FoundationEssentials
package import Models
package import Postgres

/// The life of a job; one that is done has no row any more.
package enum JobState: String, Codable, Sendable, CaseIterable {
    case waiting
    case running
    /// Out of attempts; somebody must look, then retry or discard it.
    case dead
}

/// A job as the views of the queue show it.
package struct JobRecord: PostgresRowDecodable, Sendable, Equatable {
    package let tenant: TenantID
    package let id: JobID
    package let kind: String
    package let subject: UUID?
    package let state: JobState
    package let attempts: Int
    package let createdAt: Timestamp
    /// Since when it has been in its state.
    package let since: Timestamp
    /// When it is due.
    package let runAt: Timestamp
    /// The last failure, if there was one.
    package let errorCode: String?
    package let errorDetail: String?

    package init(row: inout RowReader) throws(PostgresError) {
        tenant = try row.next()
        id = try row.next()
        kind = try row.next()
        subject = try row.next()
        state = try row.next()
        attempts = try row.next()
        createdAt = try row.next()
        since = try row.next()
        runAt = try row.next()
        errorCode = try row.next()
        errorDetail = try row.next()
    }
}

/// What people see of the queue, and what they can do about dead jobs.
package struct JobStore: Sendable {
    private static let columns: SQL = """
        job.tenant_id, job.id, job.kind, job.subject_id, job.state, job.attempts, job.created_at, job.since_at,
        job.run_at, job.error_code, payload.error_detail
        FROM jobs job LEFT JOIN job_payloads payload ON payload.tenant_id = job.tenant_id AND payload.job_id = job.id
        """

    private let database: any SQLExecutor
    private let tenant: TenantID

    /// The jobs of one tenant.
    package init(_ database: TenantDatabase) {
        self.database = database
        tenant = database.tenant
    }

    /// One job, or nil when it is done or another tenant's.
    package func find(_ id: JobID) async throws -> JobRecord? {
        try await database.first("SELECT \(Self.columns) WHERE job.tenant_id = \(tenant) AND job.id = \(id)")
    }

    /// The jobs about a thing, oldest first.
    package func list(subject: UUID) async throws -> [JobRecord] {
        try await database.query(
            """
            SELECT \(Self.columns) WHERE job.tenant_id = \(tenant) AND job.subject_id = \(subject)
            ORDER BY job.created_at, job.id LIMIT 100
            """)
    }

    /// The jobs of a state, those that changed last first, after a place in that order.
    package func list(
        _ state: JobState, after: (since: Timestamp, id: JobID)? = nil, limit: Int = 50
    ) async throws -> [JobRecord] {
        let place: SQL = after.map { "AND (job.since_at, job.id) < (\($0.since), \($0.id))" } ?? ""
        return try await database.query(
            """
            SELECT \(Self.columns) WHERE job.tenant_id = \(tenant) AND job.state = \(state.rawValue) \(place)
            ORDER BY job.since_at DESC, job.id DESC LIMIT \(limit)
            """)
    }

    /// Gives a dead job all its attempts again; false when there is no such dead job.
    package func retry(_ id: JobID) async throws -> Bool {
        try await database.execute(
            """
            UPDATE jobs SET state = 'waiting', attempts = 0, run_at = now(), since_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'dead'
            """) == 1
    }

    /// Forgets a dead job; false when there is no such dead job.
    package func discard(_ id: JobID) async throws -> Bool {
        try await database.execute(
            "DELETE FROM jobs WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'dead'") == 1
    }
}

/// How many jobs of a kind are in a state, over all tenants, and since when the oldest of them.
package struct JobCount: PostgresRowDecodable, Sendable, Equatable {
    package let kind: String
    package let state: JobState
    package let count: Int
    package let oldestSince: Timestamp

    package init(row: inout RowReader) throws(PostgresError) {
        kind = try row.next()
        state = try row.next()
        count = try row.next()
        oldestSince = try row.next()
    }

    /// The whole queue by kind and state, for the platform's console.
    package static func all(in database: Database) async throws -> [JobCount] {
        try await database.query(
            "SELECT kind, state, count(*), min(since_at) FROM jobs GROUP BY kind, state ORDER BY kind, state")
    }
}
