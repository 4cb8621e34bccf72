import Auth
import Models
import Postgres
import Web

/// A person's own sessions: where they are signed in, and how to end it.
struct SessionRoutes: Sendable {
    let database: Database

    func list(_ context: RequestContext) async throws -> OK<Page<TenancyAPI.Session>> {
        let user = try context.user
        let found = try await SessionStore(rows: context.database(database)).list(
            of: user.userID, idle: context.sessionTimeout, limit: SignInStore.mostSessions, in: context.tenant)
        let sessions = found.map { $0.wire(current: user.sessionID) }
        return OK(
            Page(
                data: sessions, page: 1, limit: SignInStore.mostSessions, total: sessions.count, totalIsExact: true,
                nextCursor: nil))
    }

    func revoke(_ context: RequestContext, _ path: PathID<SessionID>) async throws -> NoContent {
        let user = try context.user
        let ended = try await SessionLifeStore(database: context.database(database)).end(
            [path.id], of: user.userID, origin: try context.origin(), in: context.tenant)
        guard ended else { throw Failure(.notFound) }
        return NoContent()
    }

    func revokeOthers(_ context: RequestContext) async throws -> NoContent {
        let user = try context.user
        try await SessionLifeStore(database: context.database(database)).endOthers(
            than: user.sessionID, of: user.userID, origin: try context.origin(), in: context.tenant)
        return NoContent()
    }
}

extension SessionRow {
    fileprivate func wire(current: SessionID) -> TenancyAPI.Session {
        TenancyAPI.Session(
            id: id, createdAt: createdAt, lastUsedAt: lastUsedAt, expiresAt: expiresAt, method: method,
            client: client, device: userAgent.flatMap(DeviceName.of), userAgent: userAgent, address: address,
            isCurrent: id == current)
    }
}
