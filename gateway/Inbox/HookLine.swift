import IO
import Models
import Telemetry

/// Delivers the hooks of one service: several connections at a time, each in order.
///
/// A hook that fails holds back its own connection. A service that takes nothing at all is asked by one hook now and
/// then, whichever connection is next, and by all again as soon as it has taken one. Confined to its loop.
final class HookLine: @unchecked Sendable {
    let service: ServiceName
    private let store: InboxStore
    private let sender: HookSender
    private let loop: EventLoop
    private let logger: Logger
    private let meters: InboxMeters
    private let settings: InboxSettings

    private var running: [TenantID: Int] = [:]
    private var isClaiming = false
    private var isWokenAgain = false
    private var isStopping = false
    private var idle: CheckedContinuation<Void, Never>?
    /// Since the service took nothing; its attempts since.
    private(set) var awaySince: Timestamp?
    private var absences = 0
    private var pausedUntil: UInt64 = 0
    private var lastTaken: UInt64 = 0
    /// Whether the database could not be asked the last time.
    private var isBlind = false

    init(
        _ service: ServiceName, store: InboxStore, sender: HookSender, loop: EventLoop, logger: Logger, metrics: Metrics
    ) {
        self.service = service
        self.store = store
        self.sender = sender
        self.loop = loop
        self.logger = logger
        settings = store.settings
        meters = InboxMeters(metrics)
    }

    private var runningCount: Int { running.values.reduce(0, +) }

    private var free: Int { (awaySince == nil ? settings.lanes : 1) - runningCount }

    /// Looks for what is due, if there is room for it.
    func wake() {
        guard !isStopping, loop.now >= pausedUntil, free > 0 else { return }
        guard !isClaiming else {
            isWokenAgain = true
            return
        }
        isClaiming = true
        loop.spawn { await self.claim() }
    }

    /// Begins nothing more, and returns when what runs has ended.
    func stop() async {
        isStopping = true
        guard runningCount > 0 || isClaiming else { return }
        await withCheckedContinuation { idle = $0 }
    }

    private func claim() async {
        repeat {
            isWokenAgain = false
            do {
                for lane in try await store.claim(for: service, count: free, running: running) { begin(lane) }
                isBlind = false
            } catch {
                // The poll tries again; it is said once.
                if !isBlind { logger.warning("Hooks could not be looked for", [.error("error", error)]) }
                isBlind = true
            }
        } while isWokenAgain && !isStopping && free > 0
        isClaiming = false
        tellIdle()
    }

    private func begin(_ lane: HookLane) {
        running[lane.tenant, default: 0] += 1
        loop.spawn {
            await self.serve(lane)
            let left = (self.running[lane.tenant] ?? 1) - 1
            self.running[lane.tenant] = left > 0 ? left : nil
            self.tellIdle()
            self.wake()
        }
    }

    private func tellIdle() {
        guard isStopping, runningCount == 0, !isClaiming else { return }
        idle?.resume()
        idle = nil
    }

    // One turn of a connection.

    private func serve(_ lane: HookLane) async {
        let begun = loop.now
        do {
            let hooks = try await store.waiting(in: lane)
            let turn = await deliver(hooks, in: lane, begun)
            let isOurs = try await store.settle(
                lane, turn.settled, failed: turn.failed, isEmpty: hooks.isEmpty, pause: turn.pause)
            if turn.pause > .zero { loop.timer(after: turn.pause) { [weak self] in self?.wake() } }
            guard !isOurs else { return }
            logger.warning("A worker took too long for its hooks; they are delivered once more", fields(lane))
        } catch {
            // The lease ends, and they are delivered again under the same ids.
            logger.warning("Hooks could not be settled", fields(lane) + [.error("error", error)])
        }
    }

    private struct Turn {
        var settled: [SettledHook] = []
        var failed: FailedHook?
        var pause = Duration.zero
    }

    /// Delivers hooks in order, up to the first that does not go through.
    private func deliver(_ hooks: [WaitingHook], in lane: HookLane, _ begun: UInt64) async -> Turn {
        var turn = Turn()
        var taken: Set<[UInt8]> = []
        for hook in hooks {
            guard !isStopping, loop.now - begun < UInt64(settings.turn / .milliseconds(1)) else { break }
            guard let content = hook.content else {
                turn.settled.append(SettledHook(id: hook.id, state: .erased))
                continue
            }
            guard !hook.isRepeat, !taken.contains(hook.eventKey) else {
                turn.settled.append(SettledHook(id: hook.id, state: .repeated))
                continue
            }
            let outcome = await sender.send(hook, content, in: lane)
            note(outcome, hook, lane)
            switch outcome {
            case .delivered:
                taken.insert(hook.eventKey)
                turn.settled.append(SettledHook(id: hook.id, state: .delivered))
            case .refused(let code):
                turn.settled.append(SettledHook(id: hook.id, state: .refused, failure: code))
            case .away(_, let retryAfter) where lastTaken < begun:
                // Nobody's hook was taken meanwhile: it is not this one's fault, and costs it no attempt.
                turn.pause = absence(retryAfter)
                return turn
            case .failed(let code, let retryAfter), .away(let code, let retryAfter):
                if let first = hook.firstFailedAt, first + settings.patience < .now() {
                    turn.settled.append(SettledHook(id: hook.id, state: .parked, failure: code))
                    continue
                }
                turn.failed = FailedHook(id: hook.id, failure: code)
                turn.pause = max(retryAfter ?? .zero, pause(after: hook.attempts))
                return turn
            }
        }
        return turn
    }

    private func pause(after attempts: Int) -> Duration {
        min(settings.firstPause * (1 << min(attempts, 20)), settings.longestPause) * Double.random(in: 0.5...1)
    }

    /// How long the service is left alone, and a little more.
    ///
    /// Next time it is another connection's turn, since a hook may be what the service cannot stand.
    private func absence(_ retryAfter: Duration?) -> Duration {
        if loop.now >= pausedUntil {
            absences += 1
            let doubled = settings.firstPause * (1 << min(absences - 1, 10))
            let pause = min(max(doubled, retryAfter ?? .zero), settings.longestAbsence) * Double.random(in: 0.5...1)
            pausedUntil = loop.now + UInt64(pause / .milliseconds(1))
            loop.timer(after: pause + .milliseconds(5)) { [weak self] in self?.wake() }
            if awaySince == nil {
                awaySince = .now()
                logger.warning("Hooks wait for a service", [.string("service", service.rawValue)])
            }
        }
        return .milliseconds(Int64(pausedUntil - min(pausedUntil, loop.now)) + 10)
    }

    private func note(_ outcome: HookOutcome, _ hook: WaitingHook, _ lane: HookLane) {
        let (name, code) =
            switch outcome {
            case .delivered: ("delivered", "")
            case .refused(let code): ("refused", code)
            case .failed(let code, _): ("failed", code)
            case .away(let code, _): ("away", code)
            }
        meters.delivered(service, name)
        if case .away = outcome { return }
        lastTaken = loop.now
        if awaySince != nil {
            logger.info("A service takes hooks again", [.string("service", service.rawValue)])
            awaySince = nil
            absences = 0
            pausedUntil = 0
            wake()
        }
        guard outcome != .delivered else { return }
        logger.warning(
            "Hook was not taken",
            fields(lane) + [
                .string("hook.id", hook.id.description), .string("hook.provider", hook.provider),
                .string("result", name), .string("code", code), .int("attempts", hook.attempts + 1),
            ])
    }

    private func fields(_ lane: HookLane) -> [LogField] {
        [
            .string("service", service.rawValue), .string("tenant_id", lane.tenant.description),
            .string("connection.id", lane.connection.description),
        ]
    }
}
