import Postgres

/// The schema of billing, oldest first; a file that has been released never changes.
extension Migration {
    static let billing: [Migration] = [
        Migration(name: "0001_create_event_receipts", sql: PackageResources._001_create_event_receipts_sql),
        Migration(name: "0002_create_idempotency_keys", sql: PackageResources._002_create_idempotency_keys_sql),
        Migration(name: "0003_create_usage", sql: PackageResources._003_create_usage_sql),
    ]
}
