import Jobs
import Models
import Postgres
import Web

/// The processing queue, as super admins see it.
struct QueueRoutes: Sendable {
    let database: Database

    func list(_ context: RequestContext) async throws -> OK<CallsAPI.Queues> {
        let counts = try await JobCount.all(in: database)
        return OK(
            CallsAPI.Queues(
                data: counts.map {
                    CallsAPI.Queue(
                        kind: $0.kind, state: $0.state.rawValue, count: $0.count, oldestSince: $0.oldestSince)
                }))
    }
}
