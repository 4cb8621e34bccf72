import DatabaseTestSupport
import Postgres
import Telemetry
import Testing

@Suite struct MigratorTests {
    private static let first = Migration(name: "0001_a", sql: "CREATE TABLE a (id bigint); CREATE TABLE b (id bigint);")
    private static let second = Migration(name: "0002_b", sql: "ALTER TABLE a ADD COLUMN name text;")

    private func migrator(_ migrations: Migration...) -> Migrator {
        Migrator(migrations: migrations, logger: LogCapture().logger())
    }

    @Test func `what is missing is applied, once`() async throws {
        try await withDatabase(migrations: []) { test in
            let both = migrator(Self.first, Self.second)
            #expect(try await both.pending(url: test.appURL) == 2)
            #expect(try await migrator(Self.first).run(ownerURL: test.ownerURL) == ["0001_a"])
            #expect(try await both.pending(url: test.appURL) == 1)
            await #expect(throws: MigrationError.schemaIsOlder(missing: ["0002_b"])) {
                try await both.verify(url: test.appURL)
            }
            #expect(try await both.run(ownerURL: test.ownerURL) == ["0002_b"])
            #expect(try await both.run(ownerURL: test.ownerURL) == [])
            try await both.verify(url: test.appURL)
        }
    }

    @Test func `an edited migration is refused`() async throws {
        try await withDatabase(migrations: [Self.first]) { test in
            let edited = migrator(Migration(name: "0001_a", sql: Self.first.sql + " "))
            await #expect(throws: MigrationError.edited("0001_a")) { try await edited.run(ownerURL: test.ownerURL) }
            await #expect(throws: MigrationError.edited("0001_a")) { try await edited.verify(url: test.appURL) }
        }
    }

    @Test func `a binary older than its schema says so`() async throws {
        try await withDatabase(migrations: [Self.first, Self.second]) { test in
            let error = await #expect(throws: MigrationError.self) {
                try await migrator(Self.first).verify(url: test.appURL)
            }
            #expect(error == .binaryIsOlder(unknown: ["0002_b"]))
            #expect(error?.description.hasPrefix("this binary is older than its schema") == true)
            await #expect(throws: MigrationError.binaryIsOlder(unknown: ["0002_b"])) {
                try await migrator(Self.first).run(ownerURL: test.ownerURL)
            }
        }
    }

    @Test func `a failing migration leaves nothing behind, and those before it stand`() async throws {
        try await withDatabase(migrations: []) { test in
            let broken = Migration(name: "0002_broken", sql: "CREATE TABLE c (id bigint); SELECT 1 / 0;")
            let error = await #expect(throws: MigrationError.self) {
                try await migrator(Self.first, broken).run(ownerURL: test.ownerURL)
            }
            guard case .failed(name: "0002_broken", sqlState: "22012", _) = error else {
                Issue.record("unexpected: \(String(describing: error))")
                return
            }
            let tables = try await PostgresSession.with(url: test.ownerURL, applicationName: "tests") { session in
                try session.rows("SELECT to_regclass('a')::text, to_regclass('c')::text")
            }
            #expect(tables == [["a", nil]])
        }
    }

    @Test func `migrations out of order are refused`() async throws {
        try await withDatabase(migrations: []) { test in
            await #expect(throws: MigrationError.unordered("0001_a")) {
                try await migrator(Self.second, Self.first).run(ownerURL: test.ownerURL)
            }
        }
    }

    @Test func `several processes may start at once`() async throws {
        try await withDatabase(migrations: []) { test in
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<3 {
                    group.addTask { try await migrator(Self.first, Self.second).run(ownerURL: test.ownerURL) }
                }
                return try await group.reduce([], +)
            }
            #expect(applied == ["0001_a", "0002_b"])
        }
    }

    @Test func `the service's own role cannot change the schema`() async throws {
        try await withDatabase(migrations: [Self.first]) { test in
            let error = await #expect(throws: PostgresError.self) {
                try await PostgresSession.with(url: test.appURL, applicationName: "tests") { session in
                    try session.run("CREATE TABLE mine (id bigint)")
                }
            }
            #expect(error?.sqlState == "42501")
        }
    }
}
