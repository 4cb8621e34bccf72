import DatabaseTestSupport
import IO
import Models
import Postgres
import Testing

@Suite struct DeadlineTests {
    /// Holds a lock for ten minutes, unless it is cancelled on the server.
    private static let stuck: SQL = "SELECT pg_advisory_xact_lock(1)::text, pg_sleep(600)::text"
    /// Waits until nobody holds the lock, which is until the server has let go of `stuck`.
    private static let unstuck: SQL = "SELECT pg_advisory_xact_lock(1)::text"

    @Test func `a statement whose time is up is stopped on the server`() async throws {
        try await withOpenDatabase(migrations: [], poolSize: 2) { database, _, _ in
            let tenant = database.tenant(.make())
            let clock = ContinuousClock()
            let took = await clock.measure {
                let error = await #expect(throws: PostgresError.self) {
                    try await tenant.within(.milliseconds(100)).query(Self.stuck)
                }
                #expect(error?.kind == .deadline)
            }
            #expect(took < .seconds(10))
            try await tenant.execute(Self.unstuck)
            let running = try await database.value(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
                """,
                as: Int.self)
            #expect(running == 0)
        }
    }

    @Test func `a cancelled task's statement is stopped on the server`() async throws {
        try await withOpenDatabase(migrations: [], poolSize: 2) { database, _, loop in
            let task = loop.spawn {
                await #expect(throws: CancellationError.self) { try await database.query(Self.stuck) }
            }
            var isRunning = false
            while !isRunning {
                isRunning =
                    try await database.value(
                        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted)") ?? false
            }
            task.cancel()
            _ = await task.value
            try await database.execute(Self.unstuck)
        }
    }

    @Test func `after a deadline the pool has all its connections again`() async throws {
        try await withOpenDatabase(migrations: [], poolSize: 1) { database, _, _ in
            for _ in 0..<3 {
                await #expect(throws: PostgresError.self) {
                    try await database.tenant(.make()).within(.milliseconds(50)).query(Self.stuck)
                }
                let one = try await database.value("SELECT 1::int8", as: Int.self)
                #expect(one == 1)
            }
        }
    }

    @Test func `a transaction that lost its statement cannot go on`() async throws {
        try await withOpenDatabase(migrations: [], poolSize: 2) { database, _, _ in
            let error = await #expect(throws: PostgresError.self) {
                try await database.tenant(.make()).within(.milliseconds(100)).transaction { transaction in
                    _ = try? await transaction.query(Self.stuck)
                    try await transaction.execute("SELECT 1")
                }
            }
            #expect(error?.kind == .deadline)
        }
    }

    @Test func `a task that was cancelled before asks nothing`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, loop in
            let (gate, opening) = AsyncStream<Void>.makeStream()
            let task = loop.spawn {
                for await _ in gate { break }
                await #expect(throws: CancellationError.self) { try await database.query("SELECT 1") }
            }
            task.cancel()
            opening.yield()
            await task.value
        }
    }
}
