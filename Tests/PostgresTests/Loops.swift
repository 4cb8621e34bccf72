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
