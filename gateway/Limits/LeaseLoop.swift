import FoundationEssentials
import IO
import Models
import Telemetry

/// Leases for the buckets of one loop, in the background: many buckets in one round trip.
///
/// While the database is away each loop goes on alone with its part of every plan's rate: the rate divided by the loops that
/// were at work when the database last answered.
/// Confined to its loop.
final class LeaseLoop: @unchecked Sendable {
    /// The times and sizes of leasing; tests have shorter ones.
    struct Pace: Sendable {
        /// How long a lease lasts without being prolonged.
        var lease: UInt64 = 30_000
        /// A bucket that was not used for so long is let go.
        var idle: UInt64 = 20_000
        /// How long a bucket that was found empty is not asked for again.
        var pause: UInt64 = 50
        /// How often the database is tried while it is away.
        var retry: UInt64 = 500
        /// How often idle buckets are looked for, and leases prolonged.
        var sweep: UInt64 = 1_000
        /// How often the loop says that it is at work; it counts for three times as long.
        var heartbeat: UInt64 = 5_000
        /// Buckets in one round trip.
        var batch = 200
    }

    let loop: EventLoop
    private let store: LimitStore
    private let pace: Pace
    private let logger: Logger
    /// How many share the limits, as far as is known; before the first answer there may be another gateway.
    private(set) var sharers: LimitStore.Sharers
    /// Since when the loop goes on alone; nil while it leases.
    private(set) var aloneSince: Timestamp?
    private(set) var roundTrips = 0
    private var queue: [LeasedBucket] = []
    private(set) var buckets: [ObjectIdentifier: LeasedBucket] = [:]
    private var sleeper: CheckedContinuation<Void, Never>?
    private var isRunning = false
    private var nextSweep: UInt64 = 0
    private var nextHeartbeat: UInt64 = 0
    private var nextTry: UInt64 = 0
    /// Called when a bucket has been given back.
    var forget: (LeasedBucket) -> Void = { _ in }

    init(loop: EventLoop, store: LimitStore, loops: Int, pace: Pace = Pace(), logger: Logger) {
        self.loop = loop
        self.store = store
        self.pace = pace
        self.logger = logger
        sharers = LimitStore.Sharers(loops: 2 * loops, processes: 2)
        // Until `run` has asked for the first time.
        aloneSince = .now()
    }

    // What requests do.

    /// This loop's part of every limit while it is alone; nil while it leases.
    private var share: Double? { aloneSince == nil ? nil : 1 / Double(max(1, sharers.loops)) }

    /// Into how many parts a bucket is divided, so that all loops can hold theirs.
    private var parts: Double { max(10, 4 * Double(sharers.loops)) }

    /// Begins to look after a bucket, and asks for it.
    func add(_ bucket: LeasedBucket) {
        buckets[ObjectIdentifier(bucket)] = bucket
        if let share { bucket.beAlone(loop.now, share) }
        ask(bucket)
    }

    /// Takes one at once; false when there is none.
    @inline(__always)
    func take(_ bucket: LeasedBucket) -> Bool { bucket.takeEasily(loop.now) || takeCarefully(bucket) }

    @inline(never)
    private func takeCarefully(_ bucket: LeasedBucket) -> Bool {
        let isTaken = bucket.takeCarefully(loop.now, alone: share)
        if bucket.wantsMore(loop.now) { ask(bucket) }
        return isTaken
    }

    /// Waits for a lease; false when there is none to be had.
    ///
    /// The wait is bounded by the store's patience: a database that is slow refuses nobody, one that is silent leaves the loop alone.
    func await(_ bucket: LeasedBucket) async -> Bool {
        guard aloneSince == nil, isRunning, !bucket.isDrained(loop.now),
            bucket.waiters.count < Self.mostWaiters
        else { return false }
        if bucket.asking == .no { ask(bucket) }
        return await withCheckedContinuation { bucket.wait($0) }
    }

    private static let mostWaiters = 2000

    private func ask(_ bucket: LeasedBucket) {
        guard bucket.asking == .no else { return }
        bucket.asking = .queued
        queue.append(bucket)
        if loop.now >= nextTry { wake() }
    }

    private func wake() {
        guard let sleeper else { return }
        self.sleeper = nil
        sleeper.resume()
    }

    // The background.

    /// Leases until cancelled; then gives everything back.
    func run() async {
        isRunning = true
        let timer = loop.timer(every: .milliseconds(Int64(min(pace.sweep, pace.retry)))) { [self] in wake() }
        while !Task.isCancelled {
            await beat()
            sweep()
            await exchange()
            guard queue.isEmpty || loop.now < nextTry else { continue }
            await sleep()
        }
        timer.cancel()
        isRunning = false
        // What is still running at a stop is served without leases.
        goAlone()
    }

    /// Keeps the tables small, until cancelled.
    func tidy() async {
        while !Task.isCancelled {
            do {
                try await loop.sleep(for: .seconds(60))
                try await store.tidy()
            } catch is CancellationError { return } catch {
                logger.info("Limits were not tidied", [.error("error", error)])
            }
        }
    }

    /// Gives back what is held, at the very end.
    func close() async {
        do { try await store.leave() } catch {
            logger.info("Leases were not given back", [.error("error", error)])
        }
    }

    private func sleep() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume() }
                sleeper = continuation
            }
        } onCancel: {
            loop.execute { [self] in wake() }
        }
    }

    private func beat() async {
        guard loop.now >= nextHeartbeat, loop.now >= nextTry else { return }
        do {
            sharers = try await store.register(for: .milliseconds(Int64(3 * pace.heartbeat)))
            nextHeartbeat = loop.now + pace.heartbeat
            comeBack()
        } catch { goAlone(error) }
    }

    /// Gives idle buckets back and prolongs the leases of those in use.
    private func sweep() {
        guard loop.now >= nextSweep else { return }
        nextSweep = loop.now + pace.sweep
        for bucket in buckets.values where bucket.asking == .no {
            if bucket.isIdle(loop.now, since: pace.idle) || bucket.isWorthAsking(loop.now) { ask(bucket) }
        }
    }

    private func exchange() async {
        guard !queue.isEmpty, loop.now >= nextTry else { return }
        let asked = Array(queue.prefix(pace.batch))
        queue.removeFirst(asked.count)
        let sent = loop.now
        let last = asked.map { $0.isIdle(sent, since: pace.idle) }
        let questions = zip(asked, last).map { $0.question(sent, parts: parts, isLast: $1) }
        roundTrips += 1
        do {
            let grants = try await store.ask(
                zip(asked, questions).map { bucket, question in
                    LimitStore.Question(
                        tenant: bucket.tenant, name: bucket.name, rate: bucket.allowance.rate,
                        burst: bucket.allowance.burst, held: question.held, debt: question.debt, want: question.want,
                        isUnknown: bucket.isUnknown)
                })
            take(grants, asked, questions, last, sent)
            comeBack()
        } catch {
            for (bucket, question) in zip(asked, questions) { bucket.failed(question) }
            goAlone(error)
            for bucket in asked {
                bucket.serveWaiters(loop.now, alone: share ?? 1)
                ask(bucket)
            }
        }
    }

    private func take(
        _ grants: [LimitStore.Grant], _ asked: [LeasedBucket], _ questions: [LeasedBucket.Question], _ last: [Bool],
        _ sent: UInt64
    ) {
        var answered = [Bool](repeating: false, count: asked.count)
        for grant in grants where asked.indices.contains(grant.index) {
            let bucket = asked[grant.index]
            answered[grant.index] = true
            // Loops that were refused at the same time do not come back at the same time.
            let pause = pace.pause * UInt64.random(in: 8...12) / 10
            let again = bucket.granted(
                grant.tokens, left: grant.left, to: questions[grant.index], sent: sent, now: loop.now,
                lease: pace.lease, pause: pause)
            if again {
                ask(bucket)
            } else if last[grant.index], bucket.isIdle(loop.now, since: pace.idle) {
                buckets[ObjectIdentifier(bucket)] = nil
                forget(bucket)
            }
        }
        for (index, bucket) in asked.enumerated() where !answered[index] {
            // Somebody removed the row in between: it is made anew.
            bucket.failed(questions[index])
            ask(bucket)
        }
    }

    // Away and back.

    private func goAlone(_ error: (any Error)? = nil) {
        nextTry = loop.now + pace.retry
        guard aloneSince == nil else { return }
        aloneSince = .now()
        if isRunning {
            logger.warning(
                "Limits are no longer shared", [.string("error", error.map { "\($0)" } ?? "no answer in time")])
        }
        for bucket in buckets.values { bucket.beAlone(loop.now, share ?? 1) }
        for bucket in queue { bucket.serveWaiters(loop.now, alone: share ?? 1) }
    }

    private func comeBack() {
        nextTry = 0
        guard aloneSince != nil else { return }
        aloneSince = nil
        logger.info("Limits are shared")
        // Each tells what it used meanwhile.
        for bucket in buckets.values { ask(bucket) }
    }
}
