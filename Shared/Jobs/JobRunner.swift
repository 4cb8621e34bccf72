import FoundationEssentials
package import IO
import JSON
import Models
package import Postgres
import ServiceKit
import Synchronization
package import Telemetry

/// When a runner looks for work by itself, and how long it may be silent.
package struct JobRunnerConfiguration: Sendable {
    /// How often the table is looked at, for what no notification told: delayed jobs, lost messages, dead runners.
    package var poll: Duration
    /// After how long without a sign of life a runner's jobs go to others; it gives a sign three times in that.
    package var lease: Duration

    package init(poll: Duration = .seconds(2), lease: Duration = .seconds(30)) {
        self.poll = poll
        self.lease = lease
    }
}

/// Runs the jobs of one service on one loop.
///
/// States of a job: waiting, running (leased to a runner), dead; done is no row. A job runs at least once: a runner
/// that dies, or loses its lease, may have done part of it. Handlers make their effects idempotent, or end by
/// `JobRun.finish(in:)`. Runners are woken by notifications after commits, with a slow poll behind. A tenant never has
/// more than `perTenant` running jobs of a kind, and tenants with waiting jobs take turns.
/// Confined to its loop.
package final class JobRunner: @unchecked Sendable {
    private static let wakingStep = Duration.milliseconds(20)

    private let loop: EventLoop
    private let database: Database
    private let store: LeaseStore
    private let configuration: JobRunnerConfiguration
    private let logger: Logger
    private let metrics: JobMetrics
    private var kinds: [String: JobKind] = [:]
    private var schedules: [JobSchedule] = []
    private var timers: [LoopTimer] = []
    private var listening: Task<Void, Never>?
    private let began = ContinuousClock.now
    private var isPolling = false
    private var isRunning = false
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    package init(
        loop: EventLoop, database: Database, configuration: JobRunnerConfiguration = JobRunnerConfiguration(),
        logger: Logger, metrics: Metrics
    ) {
        self.loop = loop
        self.database = database
        self.configuration = configuration
        self.logger = logger
        self.metrics = JobMetrics(metrics)
        store = LeaseStore(database: database, lease: UUID.v7(), duration: configuration.lease)
    }

    /// Says how a kind of job is run; before `start`.
    package func register<Work: Job>(
        _ type: Work.Type, _ options: JobOptions = JobOptions(),
        _ handler: @escaping @Sendable (JobRun, Work) async throws -> Void
    ) {
        precondition(!isRunning && kinds[Work.kind] == nil, "kinds are registered once, before the start")
        kinds[Work.kind] = JobKind(name: Work.kind, options: options) { run, payload in
            let work: Work
            do {
                work = try payload.decode(Work.self)
            } catch {
                throw JobFailure("invalid_payload", "The job was written by another release.", isFinal: true)
            }
            try await handler(run, work)
        }
    }

    /// Enqueues a job for the platform at whole multiples of an interval, plus an offset; before `start`.
    ///
    /// Of all runners one enqueues it, and none does while the last one still waits.
    package func schedule<Work: Job>(
        _ job: Work, every interval: Duration, offset: Duration = .zero
    ) throws {
        schedules.append(
            JobSchedule(
                name: Work.kind, kind: Work.kind, interval: interval, offset: offset,
                payload: try JSONText(encoding: job)))
    }

    /// Begins to take jobs.
    package func start() {
        loop.preconditionCurrent()
        precondition(!isRunning, "a runner starts once")
        isRunning = true
        let notifications = database.listen(JobQueue.channel)
        listening = loop.spawn {
            for await notification in notifications {
                switch notification {
                case .message(let message): self.wake(JobWake(message: message))
                case .caughtUp: self.wakeAll()
                }
            }
        }
        timers = [
            loop.timer(every: configuration.poll * Double.random(in: 0.8...1.2)) { self.poll() },
            loop.timer(every: configuration.lease / 3) { self.prolong() },
        ]
        poll()
        wakeAll()
    }

    /// Runs jobs until the task is cancelled, and returns once those that run then have ended or were given back.
    package func run(grace: Duration = .seconds(20)) async {
        start()
        while !Task.isCancelled {
            do { try await loop.sleep(for: .seconds(3_600)) } catch { break }
        }
        // A task of its own: this one is cancelled, and giving jobs back asks the database.
        await loop.spawn { await self.stop(within: grace) }.value
    }

    /// Takes no more jobs, lets those that run end within the time, and gives the others back.
    package func stop(within grace: Duration) async {
        guard isRunning else { return }
        isRunning = false
        for timer in timers + kinds.values.flatMap(\.wakes.values) { timer.cancel() }
        timers = []
        listening?.cancel()
        let limit = loop.timer(after: grace) { self.cancelAll() }
        // Leases are kept alive while the last jobs end.
        let heartbeat = loop.timer(every: configuration.lease / 3) { self.prolong() }
        while running > 0 || kinds.values.contains(where: \.isTaking) {
            await withCheckedContinuation { idleWaiters.append($0) }
        }
        heartbeat.cancel()
        limit.cancel()
        do {
            // A task of its own: whoever stops a runner is often cancelled already, and would send nothing.
            try await loop.attempt { [store] in try await store.giveBack() }
        } catch {
            logger.warning(
                "Jobs could not be given back; others take them when the lease ends", [.error("error", error)])
        }
    }

    /// How many jobs run.
    package var running: Int { kinds.values.reduce(0) { $0 + $1.active.count } }

    private func cancelAll() {
        for kind in kinds.values {
            for active in kind.active.values { active.task?.cancel() }
        }
    }

    // Finding work.

    private func wakeAll() {
        for name in kinds.keys { wake(name) }
    }

    private func wake(_ wake: JobWake) {
        guard wake.after > .zero else { return self.wake(wake.kind) }
        guard isRunning, let kind = kinds[wake.kind] else { return }
        // Jobs that come due at about the same time wake once, after the last of them.
        let now = ContinuousClock.now - began
        let step = Int((now + wake.after) / Self.wakingStep) + 1
        guard kind.wakes[step] == nil else { return }
        kind.wakes[step] = loop.timer(after: Self.wakingStep * step - now) {
            kind.wakes[step] = nil
            self.wake(kind.name)
        }
    }

    private func wake(_ name: String) {
        guard isRunning, let kind = kinds[name] else { return }
        guard !kind.isTaking else { return kind.isWokenAgain = true }
        guard kind.free > 0 else { return }
        kind.isTaking = true
        loop.spawn { await self.take(kind) }
    }

    private func take(_ kind: JobKind) async {
        repeat {
            kind.isWokenAgain = false
            do {
                let jobs = try await store.take(kind.name, count: kind.free, perTenant: kind.options.perTenant)
                for job in jobs { begin(job, kind) }
            } catch {
                // The poll tries again.
                logger.warning("Jobs could not be taken", [.string("job.kind", kind.name), .error("error", error)])
                kind.isWokenAgain = false
            }
        } while kind.isWokenAgain && isRunning && kind.free > 0
        kind.isTaking = false
        tellIdle()
    }

    private func poll() {
        guard !isPolling else { return }
        isPolling = true
        loop.spawn {
            await self.lookAround()
            self.isPolling = false
        }
    }

    private func lookAround() async {
        do {
            for kind in kinds.values {
                let rescued = try await store.rescue(kind.name, maxAttempts: kind.options.maxAttempts)
                guard rescued > 0 else { continue }
                logger.warning(
                    "Jobs of a dead runner were freed", [.string("job.kind", kind.name), .int("count", rescued)])
            }
            for schedule in schedules where isRunning {
                _ = try await schedule.enqueueIfDue(in: database, now: .now())
            }
            for name in try await store.due(Array(kinds.keys)) { wake(name) }
        } catch {
            logger.warning("The job queue could not be looked at", [.error("error", error)])
        }
    }

    private func prolong() {
        guard running > 0 else { return }
        loop.spawn {
            do {
                // What began while the answer was under way is not in it.
                let before = self.kinds.values.flatMap { kind in kind.active.keys.map { (kind, $0) } }
                let kept = try await self.store.prolong()
                for (kind, id) in before where !kept.contains(id) {
                    kind.active[id]?.hasLostLease = true
                    kind.active[id]?.task?.cancel()
                }
            } catch {
                self.logger.warning("Leases could not be prolonged", [.error("error", error)])
            }
        }
    }

    // Running.

    private func begin(_ job: LeasedJob, _ kind: JobKind) {
        let cause = job.traceparent.flatMap { TraceContext(traceparent: $0) }
        let trace = cause?.child() ?? .make()
        let run = JobRun(
            id: job.id, tenant: job.tenant, kind: kind.name, subject: job.subject, attempt: job.attempt,
            isLastAttempt: job.attempt >= kind.options.maxAttempts, createdAt: job.createdAt,
            logger: logger.with([
                .string("job.id", job.id.description), .string("job.kind", kind.name),
                .string("tenant_id", job.tenant.description), .string("trace_id", trace.traceID),
            ]), lease: store.lease)
        kind.active[job.id] = JobKind.Active()
        kind.active[job.id]?.task = loop.spawn {
            await TraceContext.$current.withValue(trace) { await self.execute(run, kind, trace, cause) }
        }
        kind.active[job.id]?.timer = loop.timer(after: kind.options.timeout) {
            kind.active[job.id]?.hasTimedOut = true
            kind.active[job.id]?.task?.cancel()
        }
    }

    private func execute(_ run: JobRun, _ kind: JobKind, _ trace: TraceContext, _ cause: TraceContext?) async {
        let begin = ContinuousClock.now
        let result: Result<Void, any Error>
        do {
            let statement: SQL =
                "SELECT payload FROM job_payloads WHERE tenant_id = \(run.tenant) AND job_id = \(run.id)"
            guard let payload = try await database.tenant(run.tenant).value(statement, as: JSONText.self) else {
                throw JobFailure("payload_missing", "What the job was about has been erased.", isFinal: true)
            }
            try await kind.handler(run, payload)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        let active = kind.active[run.id]
        active?.timer?.cancel()
        let settlement = JobSettlement(
            run: run, options: kind.options, active: active ?? JobKind.Active(), isStopping: !isRunning)
        let outcome = settlement.outcome(of: result)
        // A task of its own: this one may be cancelled, and the outcome must be written all the same.
        await loop.spawn { await self.settle(run, outcome, kind) }.value
        kind.active[run.id] = nil
        let took = begin.duration(to: .now)
        metrics.ran(kind: kind.name, outcome: outcome.name, took)
        Tracer.process.record(
            TraceSpan(
                kind.name, .consumer, trace: trace, parent: cause?.spanID, took: took,
                attributes: [("tenant.id", run.tenant.description), ("job.outcome", outcome.name)],
                hasFailed: outcome.hasFailed))
        run.logger.info(
            "Job ran",
            [
                .string("job.outcome", outcome.name), .int("job.attempt", run.attempt),
                .double("job.duration_seconds", took / .seconds(1)),
            ])
        wake(kind.name)
        tellIdle()
    }

    private func settle(_ run: JobRun, _ outcome: JobOutcome, _ kind: JobKind) async {
        do {
            switch outcome {
            case .done:
                guard !run.completion.isFinished.load(ordering: .relaxed) else { return }
                if try await !run.remove(in: database) { run.logger.warning("The job's lease was lost before its end") }
            case .failed(let code, let detail, let pause, let cause):
                if let cause { run.logger.warning("The job failed", [.error("error", cause)]) }
                let isOurs = try await store.fail(run, code: code, detail: detail, retryAfter: pause)
                guard isOurs, let pause else { return }
                loop.timer(after: pause) { [weak self] in self?.wake(kind.name) }
            case .returned:
                try await store.giveBack(run.id)
            case .lost:
                break
            }
        } catch {
            // The lease ends, and the job is tried again.
            run.logger.warning("The job's outcome could not be written", [.error("error", error)])
        }
    }

    private func tellIdle() {
        let waiters = idleWaiters
        idleWaiters = []
        for waiter in waiters { waiter.resume() }
    }
}
