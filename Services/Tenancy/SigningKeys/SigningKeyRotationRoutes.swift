import Auth
import Models
import Postgres
import Web

/// The keys that sign tokens, for super admins: which there are, another one, one out of use.
struct SigningKeyRotationRoutes: Sendable {
    let database: Database
    let ring: SigningKeyService

    struct Key: Codable, Sendable {
        var id: String
    }

    func list(_ context: RequestContext) async throws -> OK<TenancyAPI.SigningKeys> { try await answer() }

    func rotate(_ context: RequestContext) async throws -> OK<TenancyAPI.SigningKeys> {
        try await RecentSignIn.check(context, context.database(database))
        _ = try await life.rotate(at: .now(), origin: try context.origin())
        return try await answer()
    }

    func withdraw(_ context: RequestContext, _ path: Path<Key>) async throws -> NoContent {
        try await RecentSignIn.check(context, context.database(database))
        guard try await life.withdraw(path.value.id, at: .now(), origin: try context.origin()) else {
            throw Failure(.notFound)
        }
        return NoContent()
    }

    private var life: SigningKeyLifeStore { SigningKeyLifeStore(database: database, ring: ring) }

    private func answer() async throws -> OK<TenancyAPI.SigningKeys> {
        let now = Timestamp.now()
        // Youngest first, so that each key's successor stands before it.
        let found = try await SigningKeyStore(rows: database).list()
        var keys: [TenancyAPI.SigningKey] = []
        var successor: Timestamp?
        for key in found {
            let isOver = successor.map { $0 <= now } ?? false
            keys.append(
                TenancyAPI.SigningKey(
                    id: key.id, state: key.activeFrom > now ? .waiting : isOver ? .retiring : .signing,
                    activeFrom: key.activeFrom, retiresAt: successor.map { $0 + SigningKeys.retirement }))
            successor = key.activeFrom
        }
        return OK(TenancyAPI.SigningKeys(keys: keys))
    }
}
