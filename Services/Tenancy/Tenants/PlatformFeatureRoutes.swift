import Models
import Postgres
import Web

/// The platform's switches: what is off here no tenant has, whatever its plan and its own switches say.
struct PlatformFeatureRoutes: Sendable {
    let database: Database

    func get(_ context: RequestContext) async throws -> OK<TenancyAPI.PlatformFeatures> {
        OK(try await PlatformFeatureStore(rows: context.database(database)).read())
    }

    func put(
        _ context: RequestContext, _ body: Body<TenancyAPI.PlatformFeatures>
    ) async throws -> OK<TenancyAPI.PlatformFeatures> {
        let switched = try await PlatformFeatureLifeStore(database: context.database(database)).set(
            body.value, origin: try context.origin())
        return OK(switched)
    }
}
