import CLibuv
import Glibc
import Synchronization

/// A pool refused work because its queue is full.
package enum WorkerPoolError: Error, Equatable {
    case full
}

/// A few threads for work that would block a loop: password hashing, file system calls.
///
/// The queue is bounded: when it is full the caller is told at once instead of waiting.
package final class WorkerPool: Sendable {
    /// The shared pool for file system calls.
    package static let files = WorkerPool(name: "files", threads: 2, queueLimit: 4096)

    private struct State {
        /// A queue as array and head index; compacted when the head passes half.
        var jobs: [@Sendable () -> Void] = []
        var head = 0
        var isStopped = false

        var count: Int { jobs.count - head }

        mutating func next() -> (@Sendable () -> Void)? {
            guard head < jobs.count else { return nil }
            let job = jobs[head]
            head += 1
            if head * 2 > jobs.count {
                jobs.removeFirst(head)
                head = 0
            }
            return job
        }
    }

    package let name: String
    private let queueLimit: Int
    private let state = Mutex(State())
    /// Counts queued jobs, one post each; in raw memory because its address must not move.
    ///
    /// A POSIX semaphore may be used from all threads; it is never freed while a thread waits on it.
    private nonisolated(unsafe) let available: UnsafeMutablePointer<sem_t>

    package init(name: String, threads: Int, queueLimit: Int) {
        self.name = name
        self.queueLimit = queueLimit
        available = .allocate(capacity: 1)
        sem_init(available, 0, 0)
        for _ in 0..<threads { startThread() }
    }

    /// Runs a blocking closure on one of the threads and resumes the caller where it was.
    ///
    /// Throws `WorkerPoolError.full` when the queue is full, else what the closure throws.
    package func run<Success: Sendable>(
        _ body: @escaping @Sendable () throws -> Success
    ) async throws -> Success {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Success, any Error>) in
            let accepted = state.withLock { state in
                guard !state.isStopped, state.count < queueLimit else { return false }
                state.jobs.append { continuation.resume(with: Result(catching: body)) }
                return true
            }
            guard accepted else { return continuation.resume(throwing: WorkerPoolError.full) }
            sem_post(available)
        }
    }

    /// How many jobs wait.
    package var queued: Int { state.withLock { $0.count } }

    private func startThread() {
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // The pool lives as long as its threads, which is as long as the process.
        let box = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<WorkerPool>.fromOpaque(argument).takeUnretainedValue().work()
                return nil
            }, box.toOpaque())
        pthread_attr_destroy(&attributes)
        precondition(status == 0, "the system gives no thread")
    }

    private func work() {
        while true {
            while sem_wait(available) != 0 {}
            let job = state.withLock { $0.next() }
            job?()
        }
    }
}
