import Jobs
import Models
import Postgres
import Web

/// Work that was given up, over HTTP: what it was, why, and once more.
struct DeadJobRoutes: Sendable {
    /// Jobs that do nothing unless their call stands where they begin.
    private static let stages = [TranscribeCallJob.kind, AnalyseCallJob.kind]

    let database: Database

    enum Order: String, SortKey {
        case since

        static var standard: Sort<Order> { .descending(.since) }
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<CallsAPI.DeadJob>> {
        let rows = context.database(database)
        let found = try await DeadJobStore(rows: rows).list(RowOrderStore(paging))
        let total = try await DeadJobStore(rows: rows).count()
        return OK(
            paging.page(
                found, total: total, totalIsExact: true,
                position: { CursorPosition(.timestamp($0.since), $0.id) }
            ) { $0 })
    }

    /// Gives it all its attempts again; a stage of a call goes on from where the call stands.
    func retry(_ context: RequestContext, _ path: PathID<JobID>) async throws -> NoContent {
        let jobs = JobStore(context.database(database))
        guard let job = try await jobs.find(path.id), job.state == .dead else { throw Failure(.notFound) }
        if Self.stages.contains(job.kind), let call = job.subject.map({ CallID($0) }) {
            do {
                _ = try await RetryStore(database: database).retry(call, reach: context.reach, in: context.tenant)
                return NoContent()
            } catch let failure as Failure where failure.code == .conflict {
                // The call went on another way: there is nothing left to do.
                _ = try await jobs.discard(job.id)
                throw failure
            }
        }
        guard try await jobs.retry(job.id) else { throw Failure(.notFound) }
        return NoContent()
    }

    func discard(_ context: RequestContext, _ path: PathID<JobID>) async throws -> NoContent {
        guard try await JobStore(context.database(database)).discard(path.id) else { throw Failure(.notFound) }
        return NoContent()
    }
}
