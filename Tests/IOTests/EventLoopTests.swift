import IO
import Synchronization
import TestSupport
import Testing

@Suite struct EventLoopTests {
    @Test func `a spawned task runs on the loop and stays there after suspensions`() async throws {
        try await withLoop { loop in
            #expect(loop.isCurrent)
            await Task.yield()
            #expect(loop.isCurrent)
            try await loop.sleep(for: .milliseconds(1))
            #expect(loop.isCurrent)
            let answer = try await WorkerPool.files.run { loop.isCurrent }
            #expect(!answer)
            #expect(loop.isCurrent)
        }
    }

    @Test func `the end of a turn follows what ran in it`() async throws {
        try await withLoop { loop in
            let seen = Mutex<[String]>([])
            loop.atEndOfTurn { seen.withLock { if $0 == ["work"] { $0.append("end") } } }
            seen.withLock { $0.append("work") }
            try await loop.sleep(for: .milliseconds(1))
            #expect(seen.withLock { $0 } == ["work", "end"])
        }
    }

    @Test func `a sleep takes at least its time`() async throws {
        try await withLoop { loop in
            let clock = ContinuousClock()
            let took = try await clock.measure { try await loop.sleep(for: .milliseconds(20)) }
            #expect(took >= .milliseconds(19))
        }
    }

    @Test func `a cancelled sleep ends at once`() async throws {
        try await withLoop { loop in
            let task = loop.spawn { () async -> Bool in
                do {
                    try await loop.sleep(for: .seconds(3600))
                    return false
                } catch {
                    return true
                }
            }
            task.cancel()
            #expect(await task.value)
        }
    }

    @Test func `closures of other threads run on the loop in order`() async throws {
        try await withLoop { loop in
            let seen = Mutex<[Int]>([])
            try await WorkerPool.files.run {
                for number in 0..<1000 { loop.execute { seen.withLock { $0.append(number) } } }
            }
            await Task.yield()
            try await loop.sleep(for: .milliseconds(1))
            #expect(seen.withLock { $0 } == Array(0..<1000))
        }
    }

    @Test func `a repeating timer fires until it is cancelled`() async throws {
        try await withLoop { loop in
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let count = Count()
                count.timer = loop.timer(every: .milliseconds(1)) {
                    count.value += 1
                    guard count.value == 3 else { return }
                    count.timer?.cancel()
                    continuation.resume()
                }
            }
        }
    }

    @Test func `a full worker pool refuses instead of queueing`() async throws {
        try await withLoop { loop in
            let pool = WorkerPool(name: "small", threads: 1, queueLimit: 1)
            let gate = Gate()
            let first = loop.spawn { try? await pool.run { gate.wait() } }
            // The thread has taken the first job when it has opened the entrance.
            try await WorkerPool.files.run { gate.waitUntilEntered() }
            let second = loop.spawn { try? await pool.run {} }
            while pool.queued == 0 { await Task.yield() }
            await #expect(throws: WorkerPoolError.full) { try await pool.run {} }
            gate.open()
            await first.value
            await second.value
        }
    }

    @Test func `an error of the blocking work reaches the caller`() async throws {
        struct Broken: Error {}
        await #expect(throws: Broken.self) { try await WorkerPool.files.run { throw Broken() } }
    }
}

/// Touched only on its loop.
private final class Count: @unchecked Sendable {
    var value = 0
    var timer: LoopTimer?
}
