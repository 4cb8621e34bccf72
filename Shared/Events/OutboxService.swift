package import IO
package import Models
package import Postgres
import ServiceKit
package import Telemetry

/// Delivers what the outbox holds, one line of work for each subscriber.
///
/// Several processes may run it at once: an event is claimed by moving its next attempt ahead, and only the first
/// undelivered event of a subject can be claimed, so a failing event holds back its subject alone. A subscriber that is
/// away costs one attempt now and then, however much waits for it. Woken by NOTIFY after a commit, with a slow poll
/// behind. Confined to its database's loop.
package final class OutboxService: @unchecked Sendable {
    /// How many events are under way to one subscriber.
    private static let concurrency = 16
    private static let longestPause = Duration.seconds(60)
    private static let longestRetry = Duration.seconds(300)

    private let loop: EventLoop
    private let database: Database
    private let store: OutboxStore
    private let delivery: any EventDelivery
    private let logger: Logger
    private let metrics: Metrics
    private let subscribers: [ServiceName]
    private let poll: Duration

    package init(
        _ loop: EventLoop, _ database: Database, publisher: ServiceName, delivery: any EventDelivery, logger: Logger,
        metrics: Metrics, poll: Duration = .seconds(5)
    ) {
        self.loop = loop
        self.database = database
        store = OutboxStore(database: database)
        self.delivery = delivery
        self.logger = logger
        self.metrics = metrics
        self.poll = poll
        let all = EventType.subscriptions.filter { $0.publisher == publisher }.map(\.subscriber)
        subscribers = ServiceName.allCases.filter(all.contains)
    }

    /// Delivers until the task is cancelled; what is under way then is finished.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            var wakers: [AsyncStream<Void>.Continuation] = []
            for subscriber in subscribers {
                let (wakes, waker) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
                wakers.append(waker)
                group.addTask { await self.serve(subscriber, wakes) }
            }
            let all = wakers
            let timer = loop.timer(every: poll) { for waker in all { waker.yield() } }
            group.addTask { [database] in
                for await _ in database.listen(Outbox.channel) {
                    for waker in all { waker.yield() }
                }
            }
            group.addTask { await self.maintain() }
            await group.waitForAll()
            timer.cancel()
        }
    }

    private func serve(_ subscriber: ServiceName, _ wakes: AsyncStream<Void>) async {
        var failures = 0
        var pausedUntil: UInt64 = 0
        for await _ in wakes {
            guard loop.now >= pausedUntil else { continue }
            do {
                // A task of its own: a stop lets a batch come to its end instead of leaving claims behind.
                while !Task.isCancelled, try await loop.attempt({ try await self.deliverSome(to: subscriber) }) {}
                failures = 0
            } catch is CancellationError {
                return
            } catch {
                failures += 1
                let pause = min(Duration.seconds(1) * (1 << min(failures - 1, 6)), Self.longestPause)
                pausedUntil = loop.now + UInt64(pause / .milliseconds(1) * Double.random(in: 0.5...1))
                if failures == 1 {
                    logger.warning(
                        "Events wait for a subscriber",
                        [.string("subscriber", subscriber.rawValue), .error("error", error)])
                }
            }
        }
    }

    private enum Outcome {
        case taken
        case refused(any Error)
        case away(any Error)
    }

    /// Delivers one batch; false when nothing was due.
    ///
    /// Throws when the subscriber, or the database, is away.
    private func deliverSome(to subscriber: ServiceName) async throws -> Bool {
        let claims = try await store.claim(for: subscriber, limit: Self.concurrency)
        guard !claims.isEmpty else { return false }
        let tasks = claims.map { claim in loop.spawn { await self.deliver(claim, to: subscriber) } }
        var outcomes: [Outcome] = []
        for task in tasks { outcomes.append(await task.value) }
        try await settle(claims, outcomes, subscriber)
        return true
    }

    private func deliver(_ claim: OutboxStore.Claim, to subscriber: ServiceName) async -> Outcome {
        do {
            guard let type = claim.type else { throw Failure(.internal, "An event of a kind that is not known.") }
            let envelope = EventEnvelope(
                id: claim.event, type: type, version: claim.version, tenantID: claim.tenant, subject: claim.subject,
                sequence: claim.sequence, occurredAt: claim.occurredAt, traceparent: claim.traceparent,
                data: try await store.data(of: claim))
            try await delivery.deliver(envelope, to: subscriber)
            return .taken
        } catch {
            return Self.isAway(error) ? .away(error) : .refused(error)
        }
    }

    /// Writes down what became of a batch.
    ///
    /// The subscriber counts as away when it took and refused nothing at all; one event that alone finds it away is
    /// that event's own failure, so that it cannot hold back all others.
    private func settle(_ claims: [OutboxStore.Claim], _ outcomes: [Outcome], _ subscriber: ServiceName) async throws {
        var away: (any Error)?
        for case .away(let error) in outcomes { away = error }
        let isAway = outcomes.allSatisfy { outcome in
            if case .away = outcome { true } else { false }
        }
        for (claim, outcome) in zip(claims, outcomes) {
            switch outcome {
            case .taken:
                try await store.finish(claim, for: subscriber)
                count(subscriber, "delivered")
            case .away where isAway: try await store.giveBack(claim, for: subscriber)
            case .away(let error), .refused(let error): try await note(error, claim, subscriber)
            }
        }
        if isAway, let away { throw away }
    }

    private func note(_ error: any Error, _ claim: OutboxStore.Claim, _ subscriber: ServiceName) async throws {
        let code = (error as? Failure)?.code.rawValue ?? "failed"
        let doubled = Duration.seconds(1) * (1 << min(claim.attempts, 9))
        let pause = min(doubled, Self.longestRetry) * Double.random(in: 0.5...1)
        let isParked = try await store.fail(claim, for: subscriber, code: code, retryAfter: pause)
        count(subscriber, isParked ? "parked" : "failed")
        logger.warning(
            "Event was not taken",
            [
                .string("subscriber", subscriber.rawValue), .string("event.id", claim.event.description),
                .string("event.type", claim.type?.rawValue ?? ""), .string("tenant_id", claim.tenant.description),
                .int("attempts", claim.attempts), .bool("parked", isParked), .error("error", error),
            ])
    }

    /// Whether it is the subscriber, or our own database or tenancy, that is away.
    private static func isAway(_ error: any Error) -> Bool {
        switch error {
        case let failure as Failure:
            [.unavailable, .upstreamUnavailable, .upstreamTimeout].contains(failure.code)
        case let error as PostgresError: error.kind == .unavailable || error.kind == .deadline
        case is CancellationError: true
        default: false
        }
    }

    private func count(_ subscriber: ServiceName, _ result: String) {
        metrics.counter(
            "events_deliveries_total", "Attempts to deliver an event, by result.",
            labels: [("subscriber", subscriber.rawValue), ("result", result)]
        ).add()
    }

    /// Counts what waits, and removes what is old.
    private func maintain() async {
        do {
            while true {
                await measure()
                try await loop.sleep(for: .seconds(30))
            }
        } catch {
            // Cancelled: the service stops.
        }
    }

    private func measure() async {
        do {
            for subscriber in subscribers {
                let counts = try await store.counts(for: subscriber)
                let labels = [("subscriber", subscriber.rawValue)]
                metrics.gauge("events_waiting", "Events that a subscriber has not taken.", labels: labels).set(
                    counts.waiting)
                metrics.gauge("events_parked", "Events that were set aside.", labels: labels).set(counts.parked)
            }
            _ = try await store.sweep()
        } catch {
            // The database is away; the deliverers say so.
        }
    }
}
