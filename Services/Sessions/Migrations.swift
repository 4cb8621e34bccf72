import Postgres

/// The schema of sessions, oldest first; a file that has been released never changes.
extension Migration {
    static let sessions: [Migration] = [
        Migration(name: "0001_create_idempotency_keys", sql: PackageResources._001_create_idempotency_keys_sql),
        Migration(name: "0002_create_event_receipts", sql: PackageResources._002_create_event_receipts_sql),
        Migration(name: "0003_create_outbox", sql: PackageResources._003_create_outbox_sql),
        Migration(name: "0004_create_jobs", sql: PackageResources._004_create_jobs_sql),
        Migration(name: "0005_create_life_cycle", sql: PackageResources._005_create_life_cycle_sql),
    ]
}
