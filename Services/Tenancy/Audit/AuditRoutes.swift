import Models
import Postgres
import Web

/// The audit log for those who may read it: a tenant its own rows, the platform its own.
struct AuditRoutes: Sendable {
    let database: Database

    enum Order: String, SortKey {
        case occurredAt = "occurred_at"

        static var standard: Sort<Order> { .descending(.occurredAt) }
    }

    func list(
        _ context: RequestContext, _ query: Query<AuditFilter>, _ paging: Paging<Order>
    ) async throws -> OK<Page<TenancyAPI.AuditEntry>> {
        let store = AuditStore(rows: context.database(database))
        let found = try await store.list(query.value, RowPage(paging), in: context.tenant)
        let bound = 10_000
        let total = try await store.count(query.value, bound: bound + 1, in: context.tenant)
        return OK(
            paging.page(
                found, total: min(total, bound), totalIsExact: total <= bound,
                position: { CursorPosition(.timestamp($0.occurredAt), $0.id) }
            ) { $0.wire })
    }
}

extension AuditRow {
    var wire: TenancyAPI.AuditEntry {
        TenancyAPI.AuditEntry(
            id: id, occurredAt: occurredAt,
            actor: TenancyAPI.AuditEntry.Actor(
                kind: actorKind, id: actorID, service: actorService, impersonatorID: impersonator),
            action: action, subject: subject, requestID: requestID, clientAddress: address, before: before, after: after
        )
    }
}
