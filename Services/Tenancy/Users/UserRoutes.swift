import Models
import Postgres
import Web

/// The people of a tenant.
struct UserRoutes: Sendable {
    let database: Database

    enum Order: String, SortKey {
        case createdAt = "created_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<TenancyAPI.User>> {
        let store = UserStore(rows: context.database(database))
        let found = try await store.list(RowPage(paging), in: context.tenant)
        let total = try await store.count(bound: 10_001, in: context.tenant)
        return OK(
            try paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { try $0.wire() })
    }

    func get(_ context: RequestContext, _ path: PathID<UserID>) async throws -> OK<TenancyAPI.User> {
        guard let user = try await UserStore(rows: context.database(database)).find(path.id, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return OK(try user.wire())
    }
}

extension User {
    func wire() throws -> TenancyAPI.User {
        TenancyAPI.User(
            id: id, tenantID: tenantID, email: try EmailAddress(jsonText: email), name: name, role: role,
            status: status,
            language: language, timeZone: timeZone.map { TimeZoneName(unchecked: $0) }, createdAt: createdAt,
            updatedAt: updatedAt, lastSignInAt: lastSignInAt)
    }
}
