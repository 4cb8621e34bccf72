import Models
import Postgres

/// Time zones as the database knows them.
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

    /// The date that a zone has now.
    static func today(in zone: TimeZoneName, _ database: some SQLExecutor) async throws -> LocalDate {
        guard let today = try await database.value("SELECT (now() AT TIME ZONE \(zone.name))::date", as: LocalDate.self)
        else { throw Failure(.internal) }
        return today
    }
}
