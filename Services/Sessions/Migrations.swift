import Postgres

/// The schema of sessions, oldest first; a file that has been released never changes.
extension Migration {
    static let sessions: [Migration] = [
        Migration(name: "0001_create_idempotency_keys", sql: PackageResources._001_create_idempotency_keys_sql)
    ]
}
