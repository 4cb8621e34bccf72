import Auth
import Models
import Postgres
import Web

/// Many tenants at once, for super admins: looked at first, followed, and taken back.
struct BulkRoutes: Sendable {
    private static let most = 1_000

    let database: Database

    enum Order: String, SortKey {
        case requestedAt = "requested_at"

        static var standard: Sort<Order> { .descending(.requestedAt) }
    }

    private var life: BulkLifeStore { BulkLifeStore(database: database) }

    func preview(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateBulk>
    ) async throws -> OK<TenancyAPI.BulkPreview> {
        try check(body.value, context)
        var items: [TenancyAPI.BulkItem] = []
        for id in body.value.tenants {
            let found = try await life.look(at: id, body.value.change)
            let state: BulkItemState = found.map { $0.before == $0.after ? .unchanged : .waiting } ?? .failed
            items.append(
                TenancyAPI.BulkItem(tenantID: id, state: state, before: found?.before, after: found?.after))
        }
        return OK(TenancyAPI.BulkPreview(items: items))
    }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateBulk>
    ) async throws -> Created<TenancyAPI.Bulk> {
        try check(body.value, context)
        try await RecentSignIn.check(context, context.database(database))
        let id = try await life.create(
            body.value, by: try context.user.userID, origin: try context.origin())
        return Created(try await find(id), at: "/api/v1/platform/tenants/bulk/\(id)")
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<TenancyAPI.Bulk>> {
        let store = BulkStore(rows: context.database(database))
        let found = try await store.list(RowPage(paging))
        let total = try await store.count(bound: 10_001)
        return OK(
            paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.requestedAt), $0.id) }
            ) { $0 })
    }

    func get(_ context: RequestContext, _ path: PathID<BulkID>) async throws -> OK<TenancyAPI.BulkDetail> {
        let bulk = try await find(path.id)
        return OK(
            TenancyAPI.BulkDetail(
                bulk: bulk, items: try await BulkStore(rows: context.database(database)).items(of: bulk.id)))
    }

    func undo(_ context: RequestContext, _ path: PathID<BulkID>) async throws -> OK<TenancyAPI.Bulk> {
        _ = try await find(path.id)
        try await RecentSignIn.check(context, context.database(database))
        guard try await life.undo(path.id, by: try context.user.userID, origin: try context.origin()) else {
            throw Failure(.conflict, "The change is not done, or is taken back already.")
        }
        return OK(try await find(path.id))
    }

    private func find(_ id: BulkID) async throws -> TenancyAPI.Bulk {
        guard let bulk = try await BulkStore(rows: database.tenant(.platform)).find(id) else {
            throw Failure(.notFound)
        }
        return bulk
    }

    /// Suspending is a permission of its own.
    private func check(_ wanted: TenancyAPI.CreateBulk, _ context: RequestContext) throws {
        guard (1...Self.most).contains(wanted.tenants.count), Set(wanted.tenants).count == wanted.tenants.count else {
            throw Failure.invalid("/tenants", "invalid_length", "1 to \(Self.most) different tenants expected")
        }
        let change = wanted.change
        guard change != TenancyAPI.BulkChange() else {
            throw Failure.invalid("/change", "required", "something to change expected")
        }
        guard change.isSuspended == nil || context.has(.tenantsSuspend) else { throw Failure(.forbidden) }
    }
}
