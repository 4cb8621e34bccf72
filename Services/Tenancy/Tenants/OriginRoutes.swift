import Models
import Postgres
import Web

/// What sessions sets of a tenant: from which web sites its visitors come.
struct OriginRoutes: Sendable {
    let database: Database

    func put(
        _ context: RequestContext, _ path: PathID<TenantID>, _ body: Body<ChangeFeedAPI.OriginsValue>
    ) async throws -> NoContent {
        guard path.id == context.tenant else { throw Failure(.forbidden, "The tenant of the request is another one.") }
        let origins = try WebOrigin.checked(body.value.origins)
        let isSet = try await OriginStore(database: database.tenant(path.id)).set(
            origins, of: path.id, origin: try context.origin())
        guard isSet else { throw Failure(.notFound) }
        return NoContent()
    }
}
