import IO
import Postgres

/// Wakes the streams of the change feed: at each change that commits, and every few seconds for their heartbeat.
///
/// Confined to its loop, hence `@unchecked Sendable`.
final class ChangeSignalService: @unchecked Sendable {
    /// How often a stream says that it is alive.
    static let heartbeat = Duration.seconds(5)

    private var waiters: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextID = 0
    private var isOver = false

    /// Wakes until it is cancelled.
    func run(_ database: Database, on loop: EventLoop) async {
        let ticker = loop.timer(every: Self.heartbeat) { [self] in wake() }
        for await _ in database.listen(ChangeStore.channel) { wake() }
        ticker.cancel()
        isOver = true
        for waiter in waiters.values { waiter.finish() }
        waiters = [:]
    }

    /// A sequence that yields after each change; several changes that nobody has fetched yet are one.
    func subscribe() -> (id: Int, signals: AsyncStream<Void>) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        nextID += 1
        // A reader that comes back while the process stops would wait for a signal that nobody gives, and the stop for it.
        if isOver { continuation.finish() } else { waiters[nextID] = continuation }
        return (nextID, stream)
    }

    func unsubscribe(_ id: Int) { waiters.removeValue(forKey: id)?.finish() }

    private func wake() {
        for waiter in waiters.values { waiter.yield() }
    }
}
