import CLibuv
import Glibc
import Synchronization

/// One libuv loop on one thread, which is also the executor of every task spawned on it.
///
/// A task spawned here runs all its nonisolated code on the loop's own thread: no hop and no lock between a socket
/// and its handler. Objects that belong to a loop are touched only from its tasks and callbacks.
///
/// Soundness of `@unchecked Sendable`: everything but `remote`, `threadID` and the async handle is touched only on the
/// loop's thread, and those three are made for other threads.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    /// The face of the loop that actors pin themselves to.
    ///
    /// It is another object than the task executor on purpose: one `enqueue` cannot tell through which face a job
    /// came, and a job of the task executor that is run as an actor's makes every later call leave and come back.
    package final class Serial: SerialExecutor, Sendable {
        /// Set once, in the loop's `init`; an executor does not outlive its loop, which its actors hold.
        fileprivate nonisolated(unsafe) unowned(unsafe) var loop: EventLoop?

        fileprivate init() {}

        package func enqueue(_ job: consuming ExecutorJob) {
            loop?.put(Item(job: UnownedJob(job), isSerial: true))
        }

        package func checkIsolated() { precondition(loop?.isCurrent == true, "not on the event loop") }

        package func isIsolatingCurrentContext() -> Bool? { loop?.isCurrent }
    }

    struct Item {
        var job: UnownedJob
        var isSerial: Bool
    }

    /// What other threads hand over, until the loop has stopped.
    private struct Remote {
        var items: [Item] = []
        var bodies: [@Sendable () -> Void] = []
        var isStopped = false

        var isEmpty: Bool { items.isEmpty && bodies.isEmpty }
    }

    /// How many jobs run before the loop polls its sockets again.
    ///
    /// Jobs, not rounds: a limit of rounds cost one
    /// extra `epoll_wait` for every few suspensions.
    private static let jobsPerTurn = 1000
    /// The size of the buffer into which every socket of the loop is read.
    static let readBufferSize = 65_536

    package let name: String
    let uv: UnsafeMutablePointer<uv_loop_t>
    let readBuffer: UnsafeMutableRawPointer
    private let wake: UnsafeMutablePointer<uv_async_t>
    private let check: UnsafeMutablePointer<uv_check_t>
    private let prepare: UnsafeMutablePointer<uv_prepare_t>
    private let idle: UnsafeMutablePointer<uv_idle_t>
    /// The two job queues that take turns; in raw memory because class fields would pay a dynamic exclusivity check each.
    private let local: UnsafeMutablePointer<[Item]>
    private let spare: UnsafeMutablePointer<[Item]>
    private let remote = Mutex(Remote())
    private let threadID = Atomic<UInt>(0)
    private var thread: pthread_t = 0
    private var turnEnds: [() -> Void] = []
    /// The serial face, for `unownedExecutor` of actors that are pinned to this loop.
    package let serial = Serial()

    /// A write to a connection whose peer has gone is an error of that write, and not the end of the process.
    private static let brokenPipesAreErrors: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    package init(name: String) {
        Self.brokenPipesAreErrors
        self.name = name
        uv = .allocate(capacity: 1)
        wake = .allocate(capacity: 1)
        check = .allocate(capacity: 1)
        prepare = .allocate(capacity: 1)
        idle = .allocate(capacity: 1)
        local = .allocate(capacity: 1)
        spare = .allocate(capacity: 1)
        local.initialize(to: [])
        spare.initialize(to: [])
        readBuffer = .allocate(byteCount: Self.readBufferSize, alignment: 16)
        precondition(uv_loop_init(uv) == 0, "the system gives no event loop")
        serial.loop = self
        // The loop outlives its callbacks: `run` holds it and closes every handle before it returns.
        uv.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        uv_async_init(uv, wake) { handle in
            guard let handle else { return }
            EventLoop.owner(of: handle.pointee.loop).drainRemote()
        }
        uv_check_init(uv, check)
        uv_check_start(check) { handle in
            guard let handle else { return }
            EventLoop.owner(of: handle.pointee.loop).drain()
        }
        uv_prepare_init(uv, prepare)
        uv_prepare_start(prepare) { handle in
            guard let handle else { return }
            let loop = EventLoop.owner(of: handle.pointee.loop)
            loop.drain()
            for body in loop.turnEnds { body() }
        }
        uv_idle_init(uv, idle)
    }

    deinit {
        // The libuv handles were closed at the end of `run`. A loop that never ran leaves its few hundred bytes.
        local.deinitialize(count: 1)
        spare.deinitialize(count: 1)
        local.deallocate()
        spare.deallocate()
        readBuffer.deallocate()
    }

    /// The loop behind a libuv loop pointer, which always carries its owner.
    static func owner(of loop: UnsafeMutablePointer<uv_loop_t>) -> EventLoop {
        Unmanaged<EventLoop>.fromOpaque(loop.pointee.data).takeUnretainedValue()
    }

    // Where the caller is.

    /// Whether the caller is on the loop's thread.
    package var isCurrent: Bool { UInt(pthread_self()) == threadID.load(ordering: .relaxed) }

    /// Stops the process, in debug builds, when an object of the loop is touched from elsewhere.
    package func preconditionCurrent() {
        assert(isCurrent, "not on the event loop \(name)")
    }

    // Work.

    package func enqueue(_ job: consuming ExecutorJob) {
        put(Item(job: UnownedJob(job), isSerial: false))
    }

    /// Starts a task whose nonisolated code runs on this loop; may be called from any thread.
    @discardableResult
    package func spawn<Success: Sendable>(
        _ body: @escaping @Sendable () async -> Success
    ) -> Task<Success, Never> {
        Task(executorPreference: self) { await body() }
    }

    /// Runs a closure on the loop's thread: at once when called there, else as soon as the loop turns.
    ///
    /// After the loop has stopped the closure is dropped.
    package func execute(_ body: @escaping @Sendable () -> Void) {
        if isCurrent { return body() }
        handOver { $0.bodies.append(body) }
    }

    /// Calls a closure at the end of every turn, before the loop waits; call on the loop, or before it runs.
    package func atEndOfTurn(_ body: @escaping () -> Void) { turnEnds.append(body) }

    private func put(_ item: Item) {
        // The fast path takes no lock and makes no system call.
        if isCurrent { return local.pointee.append(item) }
        handOver { $0.items.append(item) }
    }

    private func handOver(_ add: (inout Remote) -> Void) {
        remote.withLock { remote in
            guard !remote.isStopped else { return }
            let wasEmpty = remote.isEmpty
            add(&remote)
            // Sent under the lock: a stopping loop closes the handle only after it has set `isStopped` here.
            if wasEmpty { uv_async_send(wake) }
        }
    }

    private func drainRemote() {
        var taken = Remote()
        remote.withLock { remote in
            swap(&taken.items, &remote.items)
            swap(&taken.bodies, &remote.bodies)
        }
        local.pointee.append(contentsOf: taken.items)
        for body in taken.bodies { body() }
    }

    private func drain() {
        var left = Self.jobsPerTurn
        let asTaskExecutor = asUnownedTaskExecutor()
        let asSerialExecutor = serial.asUnownedSerialExecutor()
        while !local.pointee.isEmpty {
            if left <= 0 {
                // An active idle handle keeps the next poll from blocking.
                uv_idle_start(idle) { _ in }
                return
            }
            swap(&local.pointee, &spare.pointee)
            left -= spare.pointee.count
            for item in spare.pointee {
                if item.isSerial {
                    item.job.runSynchronously(isolatedTo: asSerialExecutor, taskExecutor: asTaskExecutor)
                } else {
                    item.job.runSynchronously(on: asTaskExecutor)
                }
            }
            spare.pointee.removeAll(keepingCapacity: true)
        }
        uv_idle_stop(idle)
    }

    // Life.

    /// Runs the loop on the calling thread until `stop` is called, then closes every handle that is left.
    package func run() {
        threadID.store(UInt(pthread_self()), ordering: .sequentiallyConsistent)
        drainRemote()
        uv_run(uv, UV_RUN_DEFAULT)
        remote.withLock { $0.isStopped = true }
        uv_walk(
            uv,
            { handle, _ in
                guard let handle, uv_is_closing(handle) == 0 else { return }
                // Owners free their memory in their own close callbacks; a handle closed here belonged to an object
                // that did not outlive the loop, so its few bytes are left to the process's end.
                uv_close(handle, nil)
            }, nil)
        while uv_run(uv, UV_RUN_DEFAULT) != 0 {}
        uv_loop_close(uv)
    }

    /// Runs the loop on a thread of its own.
    package func start() {
        let box = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let loop = Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
                loop.run()
                return nil
            }, box.toOpaque())
        precondition(status == 0, "the system gives no thread")
    }

    /// Makes `run` return after the current turn; may be called from any thread.
    package func stop() {
        handOver { remote in
            remote.bodies.append { [self] in uv_stop(uv) }
        }
    }

    /// Waits for the thread that `start` made.
    package func join() {
        guard thread != 0 else { return }
        pthread_join(thread, nil)
        thread = 0
    }

    /// Milliseconds of the monotonic clock, as of the loop's current turn.
    package var now: UInt64 { uv_now(uv) }
}
