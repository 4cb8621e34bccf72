package import IO
package import Models
package import Telemetry

/// One service's database as one loop uses it: a small pool of connections of its own.
///
/// Statements on `Database` itself run without a tenant, so row-level security lets them see no tenant's row: they are
/// for the few tables without it (jobs, outbox, receipts, leases). Everything else goes through `tenant(_:)`.
///
/// A call waits for a connection (`waitForConnection`, a bounded queue), sends its batch in one flight and waits for the
/// answer until its deadline. Then, as when its task is cancelled, the caller goes on at once and the server is told to
/// stop; the connection is not used again. When a connection breaks before anything was sent, another one is taken; when
/// it breaks after that, the error says `isOutcomeUnknown` and nothing is repeated. While the server is away, calls wait
/// as long as they may and connecting is tried again with growing pauses.
/// Confined to its loop.
package final class Database: @unchecked Sendable {
    let loop: EventLoop
    let pool: ConnectionPool
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private let metrics: PostgresMetrics
    private(set) lazy var notifier = Notifier(database: self, logger: logger)
    private lazy var listener = NotificationListener(loop: loop, configuration: configuration, logger: logger)

    package init(loop: EventLoop, configuration: PostgresConfiguration, logger: Logger, metrics: Metrics) {
        self.loop = loop
        self.configuration = configuration
        self.logger = logger
        let metrics = PostgresMetrics(metrics)
        self.metrics = metrics
        pool = ConnectionPool(loop: loop, configuration: configuration, logger: logger, metrics: metrics)
    }

    /// The tables as one tenant sees them.
    package func tenant(_ id: TenantID) -> TenantDatabase { TenantDatabase(database: self, tenant: id) }

    /// Runs statements in one transaction, without a tenant.
    package func transaction<Value>(_ body: (Transaction) async throws -> Value) async throws -> Value {
        try await transaction(tenant: nil, deadline: nil, body)
    }

    /// What is sent on a channel from now on, after a first element that says so; ends when the stream is let go or the
    /// database is closed.
    package func listen(_ channel: String) -> AsyncStream<PostgresNotification> { listener.subscribe(channel) }

    /// Tells the listeners of a channel, soon: equal messages of the same moment are sent once, and a lost one is
    /// only logged, so that listeners need a slow poll behind.
    package func notify(_ channel: String, _ payload: String = "") { notifier.notify(channel, payload) }

    /// Ends all sessions; statements under way end first.
    package func close() {
        listener.close()
        pool.close()
    }

    // For the three kinds of executor.

    func run(
        tenant: TenantID?, _ statements: [SQL], deadline: Duration?
    ) async throws -> [PostgresResult] {
        guard !statements.isEmpty else { return [] }
        let opening = tenant.map { BatchOpening.tenant($0) } ?? .none
        let limit = pool.deadline(within: deadline ?? configuration.deadline)
        do {
            return try await run(opening, statements, limit)
        } catch let error as PostgresError where error.isStaleStatement {
            // The server has rolled the batch back, so a second time repeats nothing.
            return try await run(opening, statements, limit)
        }
    }

    private func run(
        _ opening: BatchOpening, _ statements: [SQL], _ limit: UInt64
    ) async throws -> [PostgresResult] {
        let connection = try await pool.acquire(deadline: limit)
        let begin = ContinuousClock.now
        defer {
            metrics.ran(begin.duration(to: .now))
            pool.release(connection)
        }
        return try await connection.run(opening, statements, deadline: limit)
    }

    func transaction<Value>(
        tenant: TenantID?, deadline: Duration?, _ body: (Transaction) async throws -> Value
    ) async throws -> Value {
        let limit = deadline ?? configuration.deadline
        let connection = try await pool.acquire(deadline: pool.deadline(within: limit))
        let transaction = Transaction(
            database: self, connection: connection, tenant: tenant, deadline: limit)
        let value: Value
        do {
            value = try await body(transaction)
            try await transaction.commit()
        } catch {
            await transaction.rollBack()
            pool.release(connection)
            throw error
        }
        pool.release(connection)
        transaction.runHooks()
        return value
    }
}

extension Database: SQLExecutor {
    package func batch(_ statements: [SQL]) async throws -> [PostgresResult] {
        try await run(tenant: nil, statements, deadline: nil)
    }

    /// The same with another deadline, for those who have something else to do when the answer does not come.
    package func batch(_ statements: [SQL], within deadline: Duration) async throws -> [PostgresResult] {
        try await run(tenant: nil, statements, deadline: deadline)
    }
}

/// The tables as one tenant sees them: row-level security admits only its rows.
///
/// Statements name the tenant as well (`WHERE tenant_id = …`): each wall stands without the other.
package struct TenantDatabase: SQLExecutor {
    private let database: Database
    package let tenant: TenantID
    private var deadline: Duration?

    init(database: Database, tenant: TenantID) {
        self.database = database
        self.tenant = tenant
    }

    /// The same tables with another deadline for each statement.
    package func within(_ deadline: Duration) -> TenantDatabase {
        var copy = self
        copy.deadline = deadline
        return copy
    }

    package func batch(_ statements: [SQL]) async throws -> [PostgresResult] {
        try await database.run(tenant: tenant, statements, deadline: deadline)
    }

    /// Runs statements in one transaction, which is rolled back when the closure throws.
    package func transaction<Value>(_ body: (Transaction) async throws -> Value) async throws -> Value {
        try await database.transaction(tenant: tenant, deadline: deadline, body)
    }
}
