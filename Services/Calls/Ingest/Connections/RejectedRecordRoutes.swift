import Models
import Postgres
import Web

/// What phone systems have told and nobody could read, record by record.
struct RejectedRecordRoutes: Sendable {
    enum Order: String, SortKey {
        case receivedAt = "received_at"

        static var standard: Sort<Order> { .descending(.receivedAt) }
    }

    let database: Database

    /// None for a connection that is none.
    func list(
        _ context: RequestContext, _ path: PathID<ConnectionID>, _ paging: Paging<Order>
    ) async throws -> OK<Page<CallsAPI.RejectedRecord>> {
        let store = RejectedRecordStore(rows: context.database(database), tenant: context.tenant)
        let found = try await store.list(of: path.id, RowOrderStore(paging))
        return OK(
            paging.page(
                found.records, total: found.total, totalIsExact: true,
                position: { CursorPosition(.timestamp($0.receivedAt), $0.id) }
            ) { $0 })
    }
}
