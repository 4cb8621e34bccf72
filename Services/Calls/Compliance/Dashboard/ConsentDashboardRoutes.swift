import Models
import Postgres
import Web

/// The dashboard's figures over HTTP.
struct ConsentDashboardRoutes: Sendable {
    private static let mostDays = 366

    let database: Database

    /// Which days, in the tenant's time zone; the last thirty without them.
    struct Days: Codable, Sendable {
        var fromDate: LocalDate?
        var toDate: LocalDate?
    }

    func get(_ context: RequestContext, _ query: Query<Days>) async throws -> OK<CallsAPI.ConsentDashboard> {
        let zone = context.timeZone
        let rows = context.database(database)
        let last: LocalDate
        if let asked = query.value.toDate { last = asked } else { last = try await TimeZoneStore.today(in: zone, rows) }
        let first = query.value.fromDate ?? last.adding(days: -29)
        let days = last.daysSince1970 - first.daysSince1970 + 1
        guard (1...Self.mostDays).contains(days) else {
            throw Failure(
                .invalidQuery,
                errors: [
                    FieldError(
                        pointer: "query/from_date", code: "out_of_range", detail: "1 to \(Self.mostDays) days expected")
                ])
        }
        return OK(try await ConsentDashboardStore.read(from: first, to: last, zone: zone, in: context.tenant, rows))
    }
}
