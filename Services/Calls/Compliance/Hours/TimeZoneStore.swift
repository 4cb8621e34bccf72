import Models
import Postgres

/// Whether the database knows a time zone.
enum TimeZoneStore {
    /// Refuses a zone that the database does not know, since whatever is worked out with it would fail.
    static func check(_ zone: TimeZoneName?, _ database: some SQLExecutor) async throws {
        guard let zone else { return }
        do {
            _ = try await database.value("SELECT (now() AT TIME ZONE \(zone.name))::text", as: String.self)
        } catch let error as PostgresError where error.sqlState == "22023" {
            throw Failure.invalid("/time_zone", "unknown", "There is no such time zone.")
        }
    }
}
