import Jobs
import Models
import Postgres

/// Looks whether connections have fallen silent.
struct WatchConnectionsJob: Job {
    static let kind = "watch_connections"
    static let options = JobOptions(maxAttempts: 1, concurrency: 1, perTenant: 1, timeout: .seconds(600))
}

/// Notices that a connection is silent when it usually speaks: once, after two of its usual hours.
struct ConnectionWatch: Sendable {
    /// How many usual hours a connection may be silent.
    static let patience = 2
    /// Of the last so many weeks an hour of the week is usual when it had hooks in half of them.
    static let weeks = 4

    let database: Database

    func run(now: Timestamp = .now()) async throws {
        for (tenant, connections) in try await IngestUpkeepStore(database: database).connections() {
            for connection in connections {
                try await database.tenant(tenant).transaction { transaction in
                    try await ConnectionRhythmStore(rows: transaction, tenant: tenant).tellSilence(
                        of: connection, now: now, in: transaction)
                }
            }
        }
    }
}
