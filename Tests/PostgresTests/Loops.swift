import DatabaseTestSupport
import IO
import Postgres
import Telemetry
import TestSupport

/// Runs a test on a loop with the settings for its database, to be changed before use.
func withLoopOf<Success: Sendable>(
    _ test: TestDatabase, _ body: @escaping @Sendable (EventLoop, PostgresConfiguration) async throws -> Success
) async throws -> Success {
    let configuration = PostgresConfiguration(url: test.appURL, applicationName: "tests")
    return try await withLoop { loop in try await body(loop, configuration) }
}

/// Runs a test with a server of its own and its superuser's database open on a loop.
func withCluster(
    _ body: @escaping @Sendable (TestCluster, Database, EventLoop) async throws -> Void
) async throws {
    let cluster = try await WorkerPool.files.run {
        let cluster = try TestCluster()
        try cluster.start()
        return cluster
    }
    let result: Result<Void, any Error>
    do {
        try await withLoop { loop in
            var configuration = PostgresConfiguration(url: cluster.url, applicationName: "tests")
            configuration.waitForConnection = .seconds(20)
            configuration.deadline = .seconds(30)
            let database = Database(
                loop: loop, configuration: configuration, logger: LogCapture().logger(), metrics: Metrics())
            defer { database.close() }
            try await body(cluster, database, loop)
        }
        result = .success(())
    } catch {
        result = .failure(error)
    }
    try await WorkerPool.files.run { cluster.remove() }
    try result.get()
}
