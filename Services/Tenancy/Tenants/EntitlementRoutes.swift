import Models
import Postgres
import Web

/// What billing sets of a tenant.
struct EntitlementRoutes: Sendable {
    let database: Database

    func put(
        _ context: RequestContext, _ path: PathID<TenantID>, _ body: Body<Entitlements>
    ) async throws -> NoContent {
        guard path.id == context.tenant else { throw Failure(.forbidden, "The tenant of the request is another one.") }
        let isSet = try await TenantLifeStore(database: database.tenant(path.id)).setEntitlements(
            body.value, of: path.id, origin: try context.origin())
        guard isSet else { throw Failure(.notFound) }
        return NoContent()
    }
}
