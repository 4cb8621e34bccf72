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
    /// Nil where routes are only described.
    let seat: IngestSeat?

    /// Throws `notFound` for a connection that is none of the tenant's.
    func list(
        _ context: RequestContext, _ path: PathID<ConnectionID>, _ paging: Paging<Order>
    ) async throws -> OK<Page<CallsAPI.RejectedRecord>> {
        guard let seat else { throw Failure(.unavailable) }
        _ = try await seat.connections.connection(path.id, in: context.tenant)
        let store = RejectedRecordStore(rows: context.database(database), tenant: context.tenant)
        let found = try await store.list(of: path.id, RowOrderStore(paging))
        return OK(
            paging.page(
                found.records, total: found.total, totalIsExact: true,
                position: { CursorPosition(.timestamp($0.receivedAt), $0.id) }
            ) { $0 })
    }
}
