import HTTP
package import IO

/// A lean HTTP/1.1 client for our own services: the gateway's forwarding and calls between services.
///
/// Connections are kept per endpoint and reused, the last used first. One for each loop and confined to it. Deadlines
/// are looked at by one timer for all connections, which is set to the nearest and mostly finds nothing to do.
package final class InternalHTTPClient: @unchecked Sendable {
    package let loop: EventLoop
    let configuration: HTTPClientConfiguration
    /// A handful of services: found by looking at each.
    private var pools: [EndpointPool] = []
    private var sweepTimer: LoopTimer?
    private var nextSweep = UInt64.max

    package init(loop: EventLoop, configuration: HTTPClientConfiguration = .init()) {
        self.loop = loop
        self.configuration = configuration
    }

    deinit {
        let pools = self.pools
        let timer = sweepTimer
        loop.execute {
            timer?.cancel()
            for pool in pools { pool.close() }
        }
    }

    /// Sends a request and gives the answer as soon as its head is there.
    ///
    /// `deadline` is how long the head may take, from now or, for a streamed body, from its last byte. A request whose
    /// reused connection proves dead is sent once more, if it is repeatable and its body is still there.
    package func send(
        _ request: consuming HTTPClientRequest, to endpoint: HTTPEndpoint, deadline: Duration
    ) async throws -> HTTPClientResponse {
        try await request.gather(upTo: 0)
        do {
            return try await attempt(request, to: endpoint, deadline: deadline)
        } catch let failure as HTTPAttemptFailure {
            guard case .connectionClosed = failure.error, failure.allowsAnother(request) else { throw failure.error }
        }
        do {
            return try await attempt(request, to: endpoint, deadline: deadline, allowsReuse: false)
        } catch let failure as HTTPAttemptFailure {
            throw failure.error
        }
    }

    /// Sends a request once; what fails is a `HTTPAttemptFailure`, which says whether it may be sent again.
    package func attempt(
        _ request: HTTPClientRequest, to endpoint: HTTPEndpoint, deadline: Duration, allowsReuse: Bool = true
    ) async throws -> HTTPClientResponse {
        let milliseconds = UInt64(deadline.milliseconds)
        if allowsReuse, let exchange = try begin(request, to: endpoint, milliseconds: milliseconds) {
            return try await exchange.head()
        }
        let connection: UpstreamConnection
        do {
            connection = try await pool(for: endpoint).acquire(until: loop.now + milliseconds, allowsReuse: allowsReuse)
        } catch let error as HTTPClientError {
            throw HTTPAttemptFailure(error: error, reach: .nothing)
        }
        return try await HTTPExchange.begin(request, on: connection, deadline: milliseconds).head()
    }

    /// Sends a request over an idle connection, at once; nil when there is none, and then nothing has been sent.
    package func begin(
        _ request: HTTPClientRequest, to endpoint: HTTPEndpoint, milliseconds: UInt64
    ) throws -> HTTPExchange? {
        loop.preconditionCurrent()
        guard let idle = pool(for: endpoint).takeIdle() else { return nil }
        return try HTTPExchange.begin(request, on: idle, deadline: milliseconds)
    }

    /// Keeps no idle connection to an endpoint any longer; what runs there goes on to its end.
    package func retire(_ endpoint: HTTPEndpoint) {
        loop.preconditionCurrent()
        for pool in pools where pool.endpoint == endpoint { pool.retire() }
        pools.removeAll { $0.isOver }
    }

    private func pool(for endpoint: HTTPEndpoint) -> EndpointPool {
        for pool in pools where pool.endpoint == endpoint {
            pool.isRetired = false
            return pool
        }
        let pool = EndpointPool(client: self, endpoint: endpoint)
        pools.append(pool)
        return pool
    }

    /// Closes every connection; requests that are running fail.
    package func close() {
        for pool in pools { pool.close() }
        sweepTimer?.cancel()
        sweepTimer = nil
    }

    /// The number of open connections to an endpoint, for metrics and tests.
    package func openConnections(to endpoint: HTTPEndpoint) -> Int {
        pools.first { $0.endpoint == endpoint }?.connections.count ?? 0
    }

    // Deadlines.

    /// Has the timer look at the connections no later than this.
    func sweep(by deadline: UInt64) {
        guard deadline < nextSweep else { return }
        nextSweep = deadline
        sweepTimer?.cancel()
        let wait = deadline > loop.now ? deadline - loop.now : 0
        sweepTimer = loop.timer(after: .milliseconds(Int64(min(wait, 1 << 40)))) { [weak self] in self?.sweep() }
    }

    private func sweep() {
        sweepTimer = nil
        nextSweep = .max
        let now = loop.now
        var nearest = UInt64.max
        for pool in pools { nearest = min(nearest, pool.expire(at: now)) }
        pools.removeAll { $0.isOver }
        if nearest < .max { sweep(by: nearest) }
    }
}
