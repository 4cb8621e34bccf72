import IO
import Models

/// Opens connections at tenancy and remembers each for five minutes at most, less when the change feed names it.
///
/// One for each loop, to which it is confined; nothing of it is ever written down.
final class ConnectionClient: @unchecked Sendable {
    /// Asks tenancy; throws `Failure(.notFound)` for a connection that is none.
    typealias Loading = @Sendable (ConnectionID, TenantID) async throws -> InternalAPI.Connection

    private struct Remembered {
        var tenant: TenantID
        var connection: InternalAPI.Connection
        var until: ContinuousClock.Instant
    }

    private static let life = Duration.seconds(300)
    private static let most = 10_000

    private let load: Loading
    private var remembered: [ConnectionID: Remembered] = [:]
    /// Grows with everything that is dropped: an answer that was under way then is not remembered.
    private var generation = 0

    init(_ load: @escaping Loading) { self.load = load }

    /// The connection of the tenant; throws `notFound` when there is none, and `unavailable` when nobody can say.
    func connection(_ id: ConnectionID, in tenant: TenantID) async throws -> InternalAPI.Connection {
        if let found = remembered[id], found.tenant == tenant, found.until > .now { return found.connection }
        let asked = generation
        let connection = try await load(id, tenant)
        if asked == generation {
            if remembered.count >= Self.most { remembered = [:] }
            remembered[id] = Remembered(tenant: tenant, connection: connection, until: .now + Self.life)
        }
        return connection
    }

    /// Forgets one connection.
    func drop(_ id: ConnectionID) {
        generation += 1
        remembered[id] = nil
    }

    /// Forgets all of them.
    func dropAll() {
        generation += 1
        remembered = [:]
    }
}
