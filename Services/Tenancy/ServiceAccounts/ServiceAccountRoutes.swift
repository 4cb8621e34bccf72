import Auth
import Models
import Postgres
import Web

/// Accounts of programs, for those who may make keys.
struct ServiceAccountRoutes: Sendable {
    let database: Database

    enum Order: String, SortKey {
        case createdAt = "created_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateServiceAccount>
    ) async throws -> Created<TenancyAPI.ServiceAccount> {
        let user = try context.user
        let scopes = try user.checked(body.value.scopes)
        try await RecentSignIn.check(context, context.database(database))
        let account = try await ServiceAccountLifeStore(database: context.database(database)).create(
            body.value, scopes: scopes, by: user.userID, origin: try context.origin(), in: context.tenant)
        return Created(account.wire, at: "/api/v1/service-accounts/\(account.id)", version: account.version)
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<TenancyAPI.ServiceAccount>> {
        let store = ServiceAccountStore(rows: context.database(database))
        let found = try await store.list(RowPage(paging), in: context.tenant)
        let total = try await store.count(bound: 10_001, in: context.tenant)
        return OK(
            paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { $0.wire })
    }

    func get(
        _ context: RequestContext, _ path: PathID<ServiceAccountID>
    ) async throws -> OK<TenancyAPI.ServiceAccount> {
        try await answer(path.id, context)
    }

    func update(
        _ context: RequestContext, _ path: PathID<ServiceAccountID>, _ match: IfMatch,
        _ body: Body<TenancyAPI.UpdateServiceAccount>
    ) async throws -> OK<TenancyAPI.ServiceAccount> {
        var wanted = body.value
        let user = try context.user
        wanted.scopes = try wanted.scopes.map { try user.checked($0) }
        _ = try await answer(path.id, context)
        try await RecentSignIn.check(context, context.database(database))
        let account = try await ServiceAccountLifeStore(database: context.database(database)).update(
            wanted, version: match.version, of: path.id, origin: try context.origin(), in: context.tenant)
        guard let account else { throw Failure(.preconditionFailed) }
        return OK(account.wire, version: account.version)
    }

    /// Asked for again, a step that has been taken answers the same.
    func disable(
        _ context: RequestContext, _ path: PathID<ServiceAccountID>
    ) async throws -> OK<TenancyAPI.ServiceAccount> {
        try await ServiceAccountLifeStore(database: context.database(database)).disable(
            path.id, origin: try context.origin(), in: context.tenant)
        return try await answer(path.id, context)
    }

    func enable(
        _ context: RequestContext, _ path: PathID<ServiceAccountID>
    ) async throws -> OK<TenancyAPI.ServiceAccount> {
        _ = try await answer(path.id, context)
        try await RecentSignIn.check(context, context.database(database))
        try await ServiceAccountLifeStore(database: context.database(database)).enable(
            path.id, origin: try context.origin(), in: context.tenant)
        return try await answer(path.id, context)
    }

    private func answer(
        _ id: ServiceAccountID, _ context: RequestContext
    ) async throws -> OK<TenancyAPI.ServiceAccount> {
        let store = ServiceAccountStore(rows: context.database(database))
        guard let account = try await store.find(id, in: context.tenant) else { throw Failure(.notFound) }
        return OK(account.wire, version: account.version)
    }
}

extension UserPrincipal {
    /// The scopes in their order; 422 for one that is more than the person may do.
    func checked(_ wanted: [Scope]) throws(Failure) -> [Scope] {
        let scopes = Scope.allCases.filter(wanted.contains)
        guard scopes.allSatisfy({ $0.permissions.isSubset(of: permissions) }) else {
            throw Failure.invalid("/scopes", "not_allowed", "more than you may do yourself")
        }
        return scopes
    }
}
