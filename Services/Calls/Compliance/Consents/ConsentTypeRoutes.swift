import Models
import Postgres
import Web

/// Types of consent over HTTP.
struct ConsentTypeRoutes: Sendable {
    let database: Database

    /// Which type.
    struct TypePath: Decodable, Sendable {
        var key: String
    }

    func list(_ context: RequestContext) async throws -> OK<CallsAPI.ConsentTypes> {
        let types = try await ConsentTypeStore.list(in: context.tenant, context.database(database))
        return OK(CallsAPI.ConsentTypes(types: types.all))
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateConsentType>
    ) async throws -> Created<CallsAPI.ConsentType> {
        try context.requireLive()
        let key = body.value.key
        let isWord = key.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
        guard isWord, key.first?.isLetter == true else {
            throw Failure.invalid("/key", "invalid_format", "lower case letters, digits and _ expected")
        }
        guard BuiltInConsent(rawValue: key) == nil else {
            throw Failure(.conflict, "The key is that of a type that everybody has.")
        }
        let made = try await ConsentTypeStore.add(body.value, in: context.tenant, context.database(database))
        return Created(made, at: "/api/v1/consent/types/\(made.key)", version: made.version)
    }

    func update(
        _ context: RequestContext, _ path: Path<TypePath>, _ match: IfMatch, _ body: Body<CallsAPI.UpdateConsentType>
    ) async throws -> OK<CallsAPI.ConsentType> {
        try context.requireLive()
        let changed = try await ConsentTypeStore.update(
            path.value.key, body.value, version: match.version, in: context.tenant, context.database(database))
        return OK(changed, version: changed.version)
    }
}
