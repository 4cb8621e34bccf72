import Jobs
import Models
import Postgres
import Web

/// For whoever has forgotten at which host they sign in.
struct FindTenantsRoutes: Sendable {
    let database: Database

    /// Answers the same, after the same work, whoever asks: the job alone looks.
    func start(_ context: RequestContext, _ body: Body<TenancyAPI.FindTenants>) async throws -> NoContent {
        // A tenant's own host says nothing of others.
        guard context.tenant == .platform else { throw Failure(.notFound) }
        try await context.database(database).transaction { rows in
            _ = try await JobQueue(rows).enqueue(FindTenantsJob(email: body.value.email))
        }
        return NoContent()
    }
}
