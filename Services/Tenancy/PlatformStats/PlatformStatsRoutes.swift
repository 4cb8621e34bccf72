import Models
import Postgres
import Web

/// How the whole platform does, for super admins.
struct PlatformStatsRoutes: Sendable {
    let database: Database

    func get(_ context: RequestContext) async throws -> OK<TenancyAPI.PlatformStats> {
        OK(try await PlatformStatsStore(rows: context.database(database)).read())
    }
}
