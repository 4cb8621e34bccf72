import IO
import Telemetry

/// The connections of one loop, at most `poolSize`, and the bounded queue of those who wait for one.
///
/// While the server is away the pool tries again with growing pauses, as long as somebody waits; each waits at most
/// `waitForConnection`. Confined to its loop.
final class ConnectionPool: @unchecked Sendable {
    /// Before this long an idle connection is trusted; after it one system call looks whether the server has left.
    private static let trustedIdle: UInt64 = 5
    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(2)
    /// How exactly deadlines are kept: one timer for all instead of one for each statement.
    private static let tick = Duration.milliseconds(20)

    private let loop: EventLoop
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private let metrics: PostgresMetrics
    private var connections: [ObjectIdentifier: PostgresConnection] = [:]
    private var idle: [PostgresConnection] = []
    private var waiters = WaiterQueue()
    private var connecting = 0
    private var failures = 0
    private var lastError: PostgresError?
    private var retry: LoopTimer?
    private var isTicking = false
    private(set) var isClosed = false

    init(loop: EventLoop, configuration: PostgresConfiguration, logger: Logger, metrics: PostgresMetrics) {
        self.loop = loop
        self.configuration = configuration
        self.logger = logger
        self.metrics = metrics
    }

    /// Open connections, busy ones included.
    var openCount: Int { connections.count }
    /// How many wait for a connection.
    var waiting: Int { waiters.count }

    /// When a statement that starts now must have ended.
    func deadline(within: Duration) -> UInt64 { loop.now + UInt64(max(0, within.milliseconds)) }

    /// Hands out a connection that nobody else uses; whoever gets it gives it back by `release`.
    func acquire(deadline: UInt64) async throws -> PostgresConnection {
        loop.preconditionCurrent()
        guard !isClosed else { throw PostgresError.unavailable("the pool is closed") }
        if waiters.isEmpty, let connection = takeIdle() {
            startTicking()
            return connection
        }
        guard waiters.count < configuration.queueLimit else {
            throw PostgresError.unavailable("\(waiters.count) already wait for a connection")
        }
        let patience = min(deadline, self.deadline(within: configuration.waitForConnection))
        let waiter = Waiter(deadline: patience)
        let begin = ContinuousClock.now
        defer { metrics.waited(begin.duration(to: .now)) }
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                waiter.continuation = continuation
                waiters.append(waiter)
                openMore()
                startTicking()
            }
        } onCancel: {
            loop.execute { self.waiters.fail(waiter, CancellationError()) }
        }
    }

    /// Takes a connection back; one that is not in order is closed instead of reused.
    func release(_ connection: PostgresConnection) {
        // A batch that was given up ends the connection itself.
        guard !connection.isSpent else { return }
        guard !isClosed, !connection.isBusy, !connection.isInTransaction else { return connection.close() }
        if let waiter = waiters.next() {
            waiter.succeed(connection)
        } else {
            idle.append(connection)
        }
    }

    /// Ends idle sessions now and busy ones when they come back; who waits is refused.
    func close() {
        isClosed = true
        retry?.cancel()
        retry = nil
        while let waiter = waiters.next() { waiter.fail(PostgresError.unavailable("the pool is closed")) }
        let idle = self.idle
        self.idle = []
        for connection in idle { connection.close() }
    }

    private func takeIdle() -> PostgresConnection? {
        // The last one back is the warmest.
        while let connection = idle.popLast() {
            if loop.now - connection.lastUse < Self.trustedIdle || !connection.isPeerGone() { return connection }
            // Nothing was sent on it, so trying another one repeats nothing.
            connection.close()
        }
        return nil
    }

    // Opening.

    private func openMore() {
        guard !isClosed, retry == nil else { return }
        let wanted = min(waiters.count - connecting, configuration.poolSize - connections.count - connecting)
        guard wanted > 0 else { return }
        for _ in 0..<wanted {
            connecting += 1
            loop.spawn { await self.open() }
        }
    }

    private func open() async {
        do {
            let raw = try await configuration.settings().open()
            let connection = try PostgresConnection(
                loop: loop, raw: raw, statementLimit: configuration.statementCacheLimit)
            connecting -= 1
            opened(connection)
        } catch {
            connecting -= 1
            failed(error as? PostgresError ?? .unavailable("\(error)"))
        }
    }

    private func opened(_ connection: PostgresConnection) {
        if failures > 0 { logger.info("Database connection was established again") }
        failures = 0
        lastError = nil
        connections[ObjectIdentifier(connection)] = connection
        metrics.changeConnections(by: 1)
        connection.onClose = { [weak self] connection in self?.closed(connection) }
        release(connection)
    }

    private func closed(_ connection: PostgresConnection) {
        connections[ObjectIdentifier(connection)] = nil
        idle.removeAll { $0 === connection }
        metrics.changeConnections(by: -1)
        openMore()
    }

    private func failed(_ error: PostgresError) {
        lastError = error
        if failures == 0 { logger.warning("Database connection failed", [.error("error", error)]) }
        failures += 1
        guard !isClosed, retry == nil, !waiters.isEmpty else { return }
        let doubled = Self.firstPause * (1 << min(failures - 1, 6))
        let pause = min(doubled, Self.longestPause) * Double.random(in: 0.5...1)
        retry = loop.timer(after: pause) { [weak self] in
            self?.retry = nil
            self?.openMore()
        }
    }

    // Deadlines.

    private func startTicking() {
        guard !isTicking else { return }
        isTicking = true
        loop.timer(after: Self.tick) { [weak self] in self?.onTick() }
    }

    private func onTick() {
        isTicking = false
        let now = loop.now
        while let waiter = waiters.nextExpired(now: now) {
            waiter.fail(lastError ?? .unavailable("no connection became free in time"))
        }
        var isActive = !waiters.isEmpty
        for connection in Array(connections.values) where connection.checkDeadline(now: now) { isActive = true }
        // Lent connections may start their next statement without coming by here.
        if isActive || idle.count < connections.count { startTicking() }
    }
}
