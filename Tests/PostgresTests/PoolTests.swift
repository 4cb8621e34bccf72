import DatabaseTestSupport
import IO
import Models
import Telemetry
import Testing

@testable import Postgres

@Suite struct PoolTests {
    @Test func `there are never more connections than the pool's size`() async throws {
        try await withOpenDatabase(migrations: [], poolSize: 3) { database, _, _ in
            let most = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await database.value(
                            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()", as: Int.self)
                            ?? 0
                    }
                }
                return try await group.reduce(0, max)
            }
            #expect((1...3).contains(most))
            #expect(database.pool.openCount <= 3)
        }
    }

    @Test func `a full queue refuses at once, a long wait after its time`() async throws {
        try await withDatabase(migrations: []) { test in
            try await withLoopOf(test) { loop, configuration in
                var configuration = configuration
                configuration.poolSize = 1
                configuration.queueLimit = 1
                configuration.waitForConnection = .seconds(3)
                let database = Database(
                    loop: loop, configuration: configuration, logger: LogCapture().logger(), metrics: Metrics())
                defer { database.close() }
                try await database.transaction { transaction in
                    try await transaction.execute("SELECT 1")
                    let waiting = loop.spawn {
                        let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
                        #expect(error?.kind == .unavailable)
                        #expect(error?.isOutcomeUnknown == false)
                    }
                    while database.pool.waiting == 0 { await Task.yield() }
                    let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
                    #expect(error?.kind == .unavailable)
                    await waiting.value
                }
                let one = try await database.value("SELECT 1", as: Int.self)
                #expect(one == 1)
            }
        }
    }

    @Test func `a waiter that is cancelled leaves its place to the next`() async throws {
        try await withOpenDatabase(migrations: [], poolSize: 1) { database, _, loop in
            let next = try await database.transaction { transaction in
                try await transaction.execute("SELECT 1")
                let cancelled = loop.spawn {
                    await #expect(throws: CancellationError.self) { try await database.query("SELECT 1") }
                }
                while database.pool.waiting == 0 { await Task.yield() }
                let next = loop.spawn { try? await database.value("SELECT 2", as: Int.self) }
                while database.pool.waiting == 1 { await Task.yield() }
                cancelled.cancel()
                _ = await cancelled.value
                #expect(database.pool.waiting == 1)
                return next
            }
            #expect(await next.value == 2)
        }
    }

    @Test func `prepared statements of a connection stay within their bound`() async throws {
        try await withDatabase(migrations: []) { test in
            try await withLoopOf(test) { loop, configuration in
                var configuration = configuration
                configuration.poolSize = 1
                configuration.statementCacheLimit = 8
                let database = Database(
                    loop: loop, configuration: configuration, logger: LogCapture().logger(), metrics: Metrics())
                defer { database.close() }
                for number in 0..<40 {
                    let value = try await database.value(SQL(stringLiteral: "SELECT \(number)"), as: Int.self)
                    #expect(value == number)
                }
                // More different statements in one batch than are kept.
                let results = try await database.batch((0..<20).map { SQL(stringLiteral: "SELECT \($0)") })
                #expect(try results.map { try $0.rows[0].decode(0, as: Int.self) } == Array(0..<20))
                let kept = try await database.value("SELECT count(*) FROM pg_prepared_statements", as: Int.self)
                #expect(kept == 8)
            }
        }
    }

    @Test func `a statement that no longer fits its table is prepared again`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations, poolSize: 1) { database, test, _ in
            let before = try await database.query("SELECT * FROM ticks")
            #expect(before.isEmpty)
            try await PostgresSession.with(url: test.ownerURL, applicationName: "tests") { session in
                try session.run("ALTER TABLE ticks ADD COLUMN name text; INSERT INTO ticks VALUES (1, 'one')")
            }
            let after = try await database.query("SELECT * FROM ticks")
            #expect(try after.map { try $0.decode(1, as: String.self) } == ["one"])
        }
    }

    @Test func `a closed database refuses`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            try await database.execute("SELECT 1")
            database.close()
            let error = await #expect(throws: PostgresError.self) { try await database.execute("SELECT 1") }
            #expect(error?.kind == .unavailable)
            #expect(database.pool.openCount == 0)
        }
    }

    @Test func `large parameters and large answers pass`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            let text = String(repeating: "0123456789", count: 800_000)
            let echo = try await database.value("SELECT \(text) || \(text)", as: String.self)
            #expect(echo?.utf8.count == 16_000_000)
        }
    }
}
