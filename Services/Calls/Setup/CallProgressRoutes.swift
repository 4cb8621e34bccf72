import Models
import Postgres
import Web

/// How far a tenant's calls have come, for tenancy's wizard: ids and stages, no words of anybody.
struct CallProgressRoutes: Sendable {
    let database: Database

    func get(_ context: RequestContext) async throws -> OK<InternalAPI.CallProgress> {
        OK(try await CallProgressStore(database: database).read(in: context.tenant))
    }
}
