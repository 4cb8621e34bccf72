import Auth
import Models
import Postgres
import Web

/// How recordings are kept, over HTTP: who listened, what is held, what it takes.
struct KeepingRoutes: Sendable {
    /// How listens can be sorted.
    enum Order: String, SortKey {
        case startedAt = "started_at"

        static var standard: Sort<Order> { .descending(.startedAt) }
    }

    private let calls: CallStore
    private let listens: ListenStore
    private let holds: LegalHoldStore
    private let storage: StorageStore

    init(database: Database) {
        calls = CallStore(database: database)
        listens = ListenStore(database: database)
        holds = LegalHoldStore(database: database)
        storage = StorageStore(database: database)
    }

    /// Whoever may see a call sees who listened to it: its own agent too.
    func listens(
        _ context: RequestContext, _ path: PathID<CallID>, _ paging: Paging<Order>
    ) async throws -> OK<Page<CallsAPI.Listen>> {
        guard paging.sort.isDescending else {
            throw Failure(
                .invalidQuery,
                errors: [FieldError(pointer: "query/sort", code: "not_allowed", detail: "-started_at expected")])
        }
        let call = try await find(path.id, context)
        let after = paging.after.flatMap { cursor in cursor.timestamp.map { ($0, ListenID(cursor.id)) } }
        let found = try await listens.list(
            of: call.id, after: after, limit: paging.fetchLimit, offset: paging.offset, in: context.tenant)
        let total = try await listens.count(of: call.id, in: context.tenant)
        return OK(
            paging.page(
                found, total: total, totalIsExact: true, position: { CursorPosition(.timestamp($0.startedAt), $0.id) }
            ) { $0 })
    }

    func holds(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.LegalHolds> {
        let call = try await find(path.id, context)
        return OK(
            CallsAPI.LegalHolds(isHeld: call.isHeld, data: try await holds.list(of: call.id, in: context.tenant)))
    }

    func hold(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.SetLegalHold>
    ) async throws -> OK<CallsAPI.LegalHold> {
        let held = try await holds.hold(
            path.id, reason: body.value.reason, by: context.principal?.user?.userID, reach: context.reach,
            in: context.tenant)
        guard let held else { throw Failure(.notFound) }
        return OK(held)
    }

    func release(_ context: RequestContext, _ path: PathID<CallID>) async throws -> NoContent {
        let call = try await find(path.id, context)
        _ = try await holds.release(
            call.id, by: context.principal?.user?.userID, reach: context.reach, in: context.tenant)
        return NoContent()
    }

    func storage(_ context: RequestContext) async throws -> OK<CallsAPI.Storage> {
        let limit = context.knowledge.entitlements(of: context.tenant)?.storageBytes
        return OK(try await storage.figures(limit: limit, in: context.tenant))
    }

    private func find(_ id: CallID, _ context: RequestContext) async throws -> Call {
        guard let call = try await calls.find(id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return call
    }
}
