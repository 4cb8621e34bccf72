/// One task that waits for a connection; touched only on the pool's loop.
final class Waiter: @unchecked Sendable {
    /// Milliseconds of the loop's clock.
    let deadline: UInt64
    /// Nil when the waiter has been answered.
    var continuation: CheckedContinuation<PostgresConnection, any Error>?

    init(deadline: UInt64) { self.deadline = deadline }

    func succeed(_ connection: PostgresConnection) {
        continuation?.resume(returning: connection)
        continuation = nil
    }

    func fail(_ error: any Error) {
        continuation?.resume(throwing: error)
        continuation = nil
    }
}

/// Those who wait, first come first served; who has given up is skipped.
struct WaiterQueue {
    private var waiters: [Waiter] = []
    /// What lies before it has been answered; the array is compacted when that is half of it.
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ waiter: Waiter) {
        waiters.append(waiter)
        count += 1
    }

    /// Takes out the first that still waits.
    mutating func next() -> Waiter? {
        while head < waiters.count {
            let waiter = waiters[head]
            head += 1
            if head * 2 >= waiters.count {
                waiters.removeFirst(head)
                head = 0
            }
            guard waiter.continuation != nil else { continue }
            count -= 1
            return waiter
        }
        return nil
    }

    /// Takes out the first whose time is up: deadlines differ, so all are looked at.
    mutating func nextExpired(now: UInt64) -> Waiter? {
        guard count > 0 else { return nil }
        let expired = waiters[head...].first { $0.continuation != nil && $0.deadline <= now }
        if expired != nil { count -= 1 }
        return expired
    }

    /// Fails one that has been cancelled.
    mutating func fail(_ waiter: Waiter, _ error: any Error) {
        guard waiter.continuation != nil else { return }
        count -= 1
        waiter.fail(error)
    }
}
