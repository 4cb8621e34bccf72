package import IO
package import Models
package import Postgres
import Synchronization
package import Telemetry
import TestSupport

/// A database for one test alone: the service's roles, all its migrations, no rows.
package struct TestDatabase: Sendable {
    /// As whom a test connects.
    package enum Role: Sendable {
        /// The service itself, held by row-level security.
        case app
        /// Who owns the tables, also held by it.
        case owner
        /// Who sees everything: with it a statement's own WHERE stands alone.
        case superuser
    }

    package let name: String
    package let appURL: Secret<String>
    package let ownerURL: Secret<String>
    package let superuserURL: Secret<String>

    /// The URL of a role.
    package func url(_ role: Role) -> Secret<String> {
        switch role {
        case .app: appURL
        case .owner: ownerURL
        case .superuser: superuserURL
        }
    }

    /// Opens the database on a loop; whoever opens it closes it.
    package func open(
        on loop: EventLoop, as role: Role = .app, poolSize: Int = 4,
        logger: Logger = Logger(service: "tests", level: .error), metrics: Metrics = Metrics()
    ) -> Database {
        Database(
            loop: loop,
            configuration: PostgresConfiguration(url: url(role), applicationName: "tests", poolSize: poolSize),
            logger: logger, metrics: metrics)
    }

    /// How many rows of a table the service sees for a tenant when the statement names none: row-level security alone.
    package func rowsVisible(in table: StaticString, to tenant: TenantID) async throws -> Int {
        let rows = try await PostgresSession.with(url: appURL, applicationName: "tests") { session in
            try session.rows("SELECT set_config('app.tenant_id', $1, false)", [tenant.description])
            return try session.rows("SELECT count(*) FROM \(table)")
        }
        return rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
    }
}

/// Runs a test with a database of its own, which is dropped afterwards; at most four tests have one at a time.
@discardableResult
package func withDatabase<Success: Sendable>(
    migrations: [Migration], service: String = "test",
    _ body: (TestDatabase) async throws -> Success
) async throws -> Success {
    await TestDatabaseGate.shared.enter()
    defer { TestDatabaseGate.shared.leave() }
    let superuser = try await TestServer.superuserURL()
    let database = try await TestDatabase.make(migrations, service: service, superuser: superuser)
    let result: Result<Success, any Error>
    do { result = .success(try await body(database)) } catch { result = .failure(error) }
    try await PostgresSession.with(url: superuser, applicationName: "tests") { session in
        try session.run("DROP DATABASE IF EXISTS \(database.name) WITH (FORCE)")
    }
    return try result.get()
}

/// Runs a test on a loop with an open database of its own; loop, connections and database end with it.
@discardableResult
package func withOpenDatabase<Success: Sendable>(
    migrations: [Migration], service: String = "test", poolSize: Int = 4,
    _ body: @escaping @Sendable (Database, TestDatabase, EventLoop) async throws -> Success
) async throws -> Success {
    try await withDatabase(migrations: migrations, service: service) { test in
        try await withLoop { loop in
            let database = test.open(on: loop, poolSize: poolSize)
            defer { database.close() }
            return try await body(database, test, loop)
        }
    }
}

extension TestDatabase {
    fileprivate static func make(
        _ migrations: [Migration], service: String, superuser: Secret<String>
    ) async throws -> TestDatabase {
        let name = "test_\(UInt64.random(in: 0 ... .max))"
        try await PostgresSession.with(url: superuser, applicationName: "tests") { session in
            let template = try TestTemplates.prepare(migrations, service: service, superuser: superuser)
            try session.run("CREATE DATABASE \(name) TEMPLATE \(template) STRATEGY FILE_COPY")
        }
        let server = DatabaseURL(superuser)
        let password = TestTemplates.password(of: service)
        return TestDatabase(
            name: name, appURL: server.url(database: name, user: "\(service)_app", password: password),
            ownerURL: server.url(database: name, user: "\(service)_owner", password: password),
            superuserURL: DatabaseURL.replacingDatabase(of: superuser, by: name))
    }
}

/// Lets four in at a time: more databases at once gain little and cost memory.
private final class TestDatabaseGate: Sendable {
    static let shared = TestDatabaseGate()

    private struct State {
        var free = 4
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func enter() async {
        await withCheckedContinuation { continuation in
            let enters = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if enters { continuation.resume() }
        }
    }

    func leave() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
