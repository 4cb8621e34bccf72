import Postgres

/// The schema of calendar, oldest first; a file that has been released never changes.
extension Migration {
    static let calendar: [Migration] = [
        Migration(name: "0001_create_idempotency_keys", sql: PackageResources._001_create_idempotency_keys_sql)
    ]
}
