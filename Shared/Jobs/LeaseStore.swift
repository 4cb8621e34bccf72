import FoundationEssentials
import Models
import Postgres

/// A job that a runner holds.
struct LeasedJob: PostgresRowDecodable, Sendable {
    let tenant: TenantID
    let id: JobID
    let subject: UUID?
    let attempt: Int
    let createdAt: Timestamp
    let traceparent: String?

    init(row: inout RowReader) throws(PostgresError) {
        tenant = try row.next()
        id = try row.next()
        subject = try row.next()
        attempt = try row.next()
        createdAt = try row.next()
        traceparent = try row.next()
    }
}

/// What a runner does to the queue; each change is guarded by its lease and the attempt.
struct LeaseStore: Sendable {
    let database: Database
    /// The runner.
    let lease: UUID
    let duration: Duration

    /// Takes due jobs of a kind, tenants in turn, so that one tenant's backlog delays no other's.
    ///
    /// Taking is one after another for each kind: only so can the tenants' running jobs be counted. The walk over the
    /// tenants that have waiting jobs touches one index entry each, not the backlog.
    func take(_ kind: String, count: Int, perTenant: Int) async throws -> [LeasedJob] {
        let results = try await database.batch([
            "SELECT pg_advisory_xact_lock(hashtext('jobs'), hashtext(\(kind)))::text",
            """
            WITH RECURSIVE tenants (tenant_id) AS (
                (SELECT tenant_id FROM jobs WHERE state = 'waiting' AND kind = \(kind) ORDER BY tenant_id LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT job.tenant_id FROM jobs job
                    WHERE job.state = 'waiting' AND job.kind = \(kind) AND job.tenant_id > tenants.tenant_id
                    ORDER BY job.tenant_id LIMIT 1)
                FROM tenants WHERE tenants.tenant_id IS NOT NULL
            ), running AS MATERIALIZED (
                SELECT tenant_id, count(*) AS jobs FROM jobs
                WHERE state = 'running' AND kind = \(kind) GROUP BY tenant_id
            ), chosen AS MATERIALIZED (
                SELECT next.tenant_id, next.id
                FROM tenants
                LEFT JOIN running USING (tenant_id)
                CROSS JOIN LATERAL (
                    SELECT job.tenant_id, job.id, job.run_at,
                        coalesce(running.jobs, 0) + row_number() OVER (ORDER BY job.run_at, job.id) AS place
                    FROM (
                        SELECT tenant_id, id, run_at FROM jobs
                        WHERE state = 'waiting' AND kind = \(kind) AND tenant_id = tenants.tenant_id AND run_at <= now()
                        ORDER BY run_at, id LIMIT \(perTenant)
                    ) job
                ) next
                WHERE next.place <= \(perTenant)
                ORDER BY next.place, next.run_at, next.id
                LIMIT \(count)
            ), free AS (
                SELECT job.tenant_id, job.id FROM jobs job JOIN chosen USING (tenant_id, id)
                WHERE job.state = 'waiting' FOR UPDATE OF job SKIP LOCKED
            )
            UPDATE jobs SET state = 'running', attempts = attempts + 1, since_at = now(), lease_id = \(lease),
                leased_until_at = now() + \(duration)
            FROM free WHERE jobs.tenant_id = free.tenant_id AND jobs.id = free.id
            RETURNING jobs.tenant_id, jobs.id, jobs.subject_id, jobs.attempts, jobs.created_at,
                jobs.traceparent
            """,
        ])
        return try results[1].map { row throws(PostgresError) in try LeasedJob(row: &row) }
    }

    /// Prolongs the runner's leases; returns the jobs that are still its own.
    func prolong() async throws -> Set<JobID> {
        let rows = try await database.query(
            """
            UPDATE jobs SET leased_until_at = now() + \(duration) WHERE state = 'running' AND lease_id = \(lease)
            RETURNING id
            """
        ) { row in try row.next(JobID.self) }
        return Set(rows)
    }

    /// Puts a job that failed back for later, or makes it dead; false when the lease was lost.
    func fail(_ run: JobRun, code: String, detail: String, retryAfter pause: Duration?) async throws -> Bool {
        let results = try await database.tenant(run.tenant).batch([
            """
            UPDATE jobs SET state = \(pause == nil ? "dead" : "waiting"), run_at = now() + \(pause ?? .zero),
                since_at = now(), lease_id = NULL, leased_until_at = NULL, error_code = \(String(code.prefix(80)))
            WHERE tenant_id = \(run.tenant) AND id = \(run.id) AND state = 'running'
                AND lease_id = \(run.lease) AND attempts = \(run.attempt)
            """,
            """
            UPDATE job_payloads SET error_detail = \(String(detail.prefix(2000)))
            WHERE tenant_id = \(run.tenant) AND job_id = \(run.id)
            """,
        ])
        return results[0].affectedRows == 1
    }

    /// Gives jobs back as if they had never been taken: all of the runner's, or one.
    func giveBack(_ id: JobID? = nil) async throws {
        let only: SQL = id.map { "AND id = \($0)" } ?? ""
        try await database.execute(
            """
            UPDATE jobs SET state = 'waiting', attempts = attempts - 1, run_at = now(), since_at = now(),
                lease_id = NULL, leased_until_at = NULL
            WHERE state = 'running' AND lease_id = \(lease) \(only)
            """)
    }

    /// Frees the jobs of a kind whose runner has died; those out of attempts are dead: they may have killed it.
    func rescue(_ kind: String, maxAttempts: Int) async throws -> Int {
        try await database.execute(
            """
            UPDATE jobs SET state = CASE WHEN attempts >= \(maxAttempts) THEN 'dead' ELSE 'waiting' END,
                run_at = now(), since_at = now(), lease_id = NULL, leased_until_at = NULL, error_code = 'worker_lost'
            WHERE state = 'running' AND kind = \(kind) AND leased_until_at < now()
            """)
    }

    /// Which of some kinds have a job that is due.
    func due(_ kinds: [String]) async throws -> [String] {
        try await database.values(
            """
            SELECT kind FROM unnest(\(kinds)) AS wanted (kind)
            WHERE EXISTS (
                SELECT FROM jobs WHERE jobs.state = 'waiting' AND jobs.kind = wanted.kind AND jobs.run_at <= now())
            """)
    }
}
