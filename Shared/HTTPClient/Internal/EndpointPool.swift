import HTTP
import IO

/// The connections to one endpoint and the requests that wait for one.
///
/// Confined to the client's loop.
final class EndpointPool: @unchecked Sendable {
    /// A request in line; nil stands for "there is room now, try again".
    private final class Waiter {
        let deadline: UInt64
        private var continuation: CheckedContinuation<UpstreamConnection?, any Error>?

        init(deadline: UInt64, _ continuation: CheckedContinuation<UpstreamConnection?, any Error>) {
            self.deadline = deadline
            self.continuation = continuation
        }

        func resume(with result: Result<UpstreamConnection?, any Error>) {
            let continuation = self.continuation
            self.continuation = nil
            continuation?.resume(with: result)
        }
    }

    /// Links a cancellation handler to its waiter; touched only on the loop.
    private final class WaitingPlace: @unchecked Sendable {
        var waiter: Waiter?
    }

    let endpoint: HTTPEndpoint
    /// What a request's `Host` says when it has none.
    let host: String
    let configuration: HTTPClientConfiguration
    /// `idleConnectionDeadline` in the loop's unit: asked for at every answer.
    let idleMilliseconds: UInt64
    /// `bodyIdleDeadline` likewise.
    let bodyIdleMilliseconds: UInt64
    let loop: EventLoop
    /// For this loop's answers, so that loops do not count references of a shared one.
    let noBody = HTTPBody(bytes: [])
    /// Where heads are written.
    let room = RequestRoom()
    /// Weak: connections of a client that is gone live on until they close.
    private weak var client: InternalHTTPClient?
    /// Open ones, in no order; each knows its place.
    private(set) var connections: [UpstreamConnection] = []
    private var idle: [UpstreamConnection] = []
    private var connecting = 0
    private var waiters: [Waiter] = []
    private var addresses: [SocketAddress] = []
    private var addressesExpire: UInt64 = 0
    /// Whether connections are closed as soon as they are idle.
    var isRetired = false

    init(client: InternalHTTPClient, endpoint: HTTPEndpoint) {
        self.client = client
        self.endpoint = endpoint
        host = endpoint.description
        configuration = client.configuration
        idleMilliseconds = UInt64(configuration.idleConnectionDeadline.milliseconds)
        bodyIdleMilliseconds = UInt64(configuration.bodyIdleDeadline.milliseconds)
        loop = client.loop
    }

    // Taking and giving back.

    /// A connection that is there already, without a suspension.
    func takeIdle() -> UpstreamConnection? { idle.popLast() }

    /// A connection for one request; a new one when none is idle and there may be more, else it waits in line.
    func acquire(until deadline: UInt64, allowsReuse: Bool) async throws -> UpstreamConnection {
        while true {
            if allowsReuse, let connection = idle.popLast() { return connection }
            if connections.count + connecting < configuration.maximumConnections {
                return try await connect(until: deadline)
            }
            // The one that may not reuse waits like the others and takes what it gets.
            if let connection = try await wait(until: deadline) { return connection }
        }
    }

    private func wait(until deadline: UInt64) async throws -> UpstreamConnection? {
        guard waiters.count < configuration.maximumWaiting else { throw HTTPClientError.tooManyRequests }
        let place = WaitingPlace()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                let waiter = Waiter(deadline: deadline, continuation)
                place.waiter = waiter
                waiters.append(waiter)
                client?.sweep(by: deadline)
            }
        } onCancel: {
            loop.execute { self.cancel(place) }
        }
    }

    private func cancel(_ place: WaitingPlace) {
        guard let waiter = place.waiter else { return }
        waiters.removeAll { $0 === waiter }
        waiter.resume(with: .failure(CancellationError()))
    }

    /// Takes back a connection whose exchange is complete.
    func release(_ connection: UpstreamConnection) {
        if let first = waiters.first {
            waiters.removeFirst()
            return first.resume(with: .success(connection))
        }
        guard client != nil, !isRetired, idle.count < configuration.maximumIdleConnections else {
            return connection.close()
        }
        idle.append(connection)
        client?.sweep(by: connection.deadline)
    }

    /// Forgets a connection that has closed, and lets the first in line make another.
    func remove(_ connection: UpstreamConnection) {
        let place = connection.place
        guard place < connections.count, connections[place] === connection else { return }
        let last = connections.removeLast()
        if last !== connection {
            connections[place] = last
            last.place = place
        }
        idle.removeAll { $0 === connection }
        letNextConnect()
    }

    private func letNextConnect() {
        guard let first = waiters.first else { return }
        waiters.removeFirst()
        first.resume(with: .success(nil))
    }

    // Connecting.

    private func connect(until deadline: UInt64) async throws -> UpstreamConnection {
        connecting += 1
        do {
            let tcp = try await open(until: deadline)
            connecting -= 1
            let connection = UpstreamConnection(tcp, pool: self, place: connections.count)
            connections.append(connection)
            return connection
        } catch {
            connecting -= 1
            addressesExpire = 0
            letNextConnect()
            guard let error = error as? IOError else { throw error }
            throw HTTPClientError.connectionFailed(error)
        }
    }

    private func open(until deadline: UInt64) async throws -> TCPConnection {
        if addresses.isEmpty || loop.now >= addressesExpire {
            addresses = try await TCPConnection.resolve(endpoint.host, port: endpoint.port, on: loop)
            addressesExpire = loop.now + UInt64(configuration.nameLifetime.milliseconds)
        }
        var failure: any Error = HTTPClientError.connectionClosed
        for address in addresses {
            guard loop.now < deadline else { throw HTTPClientError.deadlineExceeded }
            let limit = min(UInt64(configuration.connectDeadline.milliseconds), deadline - loop.now)
            do {
                return try await TCPConnection.connect(to: address, on: loop, deadline: .milliseconds(Int64(limit)))
            } catch { failure = error }
        }
        throw failure
    }

    // Deadlines and the end.

    func sweep(by deadline: UInt64) { client?.sweep(by: deadline) }

    /// Ends what has waited too long and tells the next moment to look.
    func expire(at now: UInt64) -> UInt64 {
        var nearest = UInt64.max
        for waiter in waiters {
            if waiter.deadline <= now {
                waiter.resume(with: .failure(HTTPClientError.deadlineExceeded))
            } else {
                nearest = min(nearest, waiter.deadline)
            }
        }
        waiters.removeAll { $0.deadline <= now }
        // A copy: those that expire leave the array.
        for connection in Array(connections) {
            if connection.deadline <= now {
                connection.expire()
            } else {
                nearest = min(nearest, connection.deadline)
            }
        }
        return nearest
    }

    /// Closes what is idle, now and when it becomes so.
    func retire() {
        isRetired = true
        closeIdle()
    }

    /// Whether nothing is left of a retired pool.
    var isOver: Bool { isRetired && connections.isEmpty && connecting == 0 && waiters.isEmpty }

    /// Closes what is idle.
    ///
    /// A service that ends one connection is probably about to stop, and would close the others while a request is on
    /// its way: better we close them.
    func closeIdle() {
        for connection in Array(idle) { connection.close() }
    }

    func close() {
        for waiter in waiters { waiter.resume(with: .failure(HTTPClientError.connectionClosed)) }
        waiters = []
        for connection in Array(connections) { connection.close() }
    }
}
