import Auth
import Models
import Postgres
import Web

/// Callers who are called back, attempts that are repeated, and who is calling now.
struct CallbackRoutes: Sendable {
    let database: Database

    enum MissedOrder: String, SortKey {
        case missedAt = "missed_at"

        static var standard: Sort<MissedOrder> { .descending(.missedAt) }
    }

    enum RetryOrder: String, SortKey {
        case scheduledAt = "scheduled_at"

        static var standard: Sort<RetryOrder> { .ascending(.scheduledAt) }
    }

    /// The query of the call-back list.
    struct MissedQuery: Codable, Sendable {
        var state: MissedCallState?
    }

    /// The query of a list of retries.
    struct RetryQuery: Codable, Sendable {
        var status: CallRetryStatus?
    }

    func missed(
        _ context: RequestContext, _ query: Query<MissedQuery>, _ paging: Paging<MissedOrder>
    ) async throws -> OK<Page<CallsAPI.MissedCall>> {
        let found = try await store(context).list(query.value.state, reach: context.reach, RowOrderStore(paging))
        return OK(
            paging.page(
                found.calls, total: found.total, totalIsExact: true,
                position: { CursorPosition(.timestamp($0.wire.missedAt), $0.wire.id) }
            ) { $0.wire })
    }

    func claim(_ context: RequestContext, _ path: PathID<MissedCallID>) async throws -> OK<CallsAPI.MissedCall> {
        let user = try context.user.userID
        return try await answer(
            try await store(context).claim(path.id, by: user, reach: context.reach), path.id, context,
            "Somebody else has taken it, or it is closed.")
    }

    func release(_ context: RequestContext, _ path: PathID<MissedCallID>) async throws -> OK<CallsAPI.MissedCall> {
        let user = try context.user.userID
        return try await answer(
            try await store(context).release(path.id, by: user, anybody: context.has(.callsReadAll)), path.id, context,
            "It is not yours to give back.")
    }

    func close(_ context: RequestContext, _ path: PathID<MissedCallID>) async throws -> OK<CallsAPI.MissedCall> {
        try await answer(
            try await store(context).close(path.id, reason: "closed", reach: context.reach), path.id, context,
            "It is closed already.")
    }

    func pop(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.CallPop> {
        let store = CallPopStore(
            rows: database.tenant(context.tenant), tenant: context.tenant,
            features: context.settings.analysisFeatures)
        guard let pop = try await store.find(path.id, reach: context.reach) else { throw Failure(.notFound) }
        return OK(pop)
    }

    func retries(
        _ context: RequestContext, _ query: Query<RetryQuery>, _ paging: Paging<RetryOrder>
    ) async throws -> OK<Page<CallsAPI.CallRetry>> {
        let store = CallRetryStore(rows: database.tenant(context.tenant), tenant: context.tenant)
        let found = try await store.list(query.value.status, RowOrderStore(paging))
        return OK(
            paging.page(
                found.retries, total: found.total, totalIsExact: true,
                position: { CursorPosition(.timestamp($0.scheduledAt), $0.id) }
            ) { $0.wire })
    }

    private func answer(
        _ changed: MissedCall?, _ id: MissedCallID, _ context: RequestContext, _ otherwise: String
    ) async throws -> OK<CallsAPI.MissedCall> {
        if let changed { return OK(changed.wire) }
        guard try await store(context).find(id, reach: context.reach) != nil else { throw Failure(.notFound) }
        throw Failure(.conflict, otherwise)
    }

    private func store(_ context: RequestContext) -> MissedCallStore {
        MissedCallStore(rows: database.tenant(context.tenant), tenant: context.tenant)
    }
}
