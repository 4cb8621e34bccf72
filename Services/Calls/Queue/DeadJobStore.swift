import FoundationEssentials
import Jobs
import Models
import Postgres

/// A tenant's work that was given up, page by page.
struct DeadJobStore: Sendable {
    let rows: TenantDatabase

    func list(_ order: RowOrderStore) async throws -> [CallsAPI.DeadJob] {
        try await rows.query(
            """
            SELECT job.id, job.kind, job.subject_id, job.attempts, job.created_at, job.since_at, job.error_code,
                payload.error_detail, EXISTS (
                    SELECT FROM calls WHERE calls.tenant_id = job.tenant_id AND calls.id = job.subject_id)
            FROM jobs AS job
            LEFT JOIN job_payloads AS payload ON payload.tenant_id = job.tenant_id AND payload.job_id = job.id
            WHERE job.tenant_id = \(rows.tenant) AND job.state = 'dead'\(order.start("job.since_at", "job.id"))
            \(order.end("job.since_at", "job.id"))
            """
        ) { row in
            let (id, kind) = (try row.next(JobID.self), try row.next(String.self))
            let (subject, attempts) = (try row.next(UUID?.self), try row.next(Int.self))
            let (created, since) = (try row.next(Timestamp.self), try row.next(Timestamp.self))
            let (code, detail) = (try row.next(String?.self), try row.next(String?.self))
            let isCall = try row.next(Bool.self)
            return CallsAPI.DeadJob(
                id: id, kind: kind, callID: isCall ? subject.map { CallID($0) } : nil, attempts: attempts,
                createdAt: created, since: since,
                error: code.map { CallsAPI.ProcessingError(code: $0, detail: detail ?? "") })
        }
    }

    func count() async throws -> Int {
        try await rows.value(
            "SELECT count(*) FROM jobs WHERE tenant_id = \(rows.tenant) AND state = 'dead'", as: Int.self) ?? 0
    }
}
