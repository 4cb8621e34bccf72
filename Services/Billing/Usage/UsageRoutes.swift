import Models
import Postgres
import Web

/// Takes what the gateway has counted.
struct UsageRoutes: Sendable {
    let database: Database

    func put(_ context: RequestContext, _ body: Body<InternalAPI.Usage>) async throws -> NoContent {
        let usage = body.value
        let least = min(usage.requests, usage.receivedBytes, usage.sentBytes)
        guard least >= 0 else { throw Failure(.badRequest, "Nobody uses less than nothing.") }
        try await UsageStore(rows: context.database(database)).put(usage, of: context.tenant)
        return NoContent()
    }
}
