import Clients
import HTTP
import IO
import LifeCycle
import Models
import Telemetry

/// Erases what the inbox says of people, and all rows of tenants that are gone, as the change feed asks for it.
///
/// The gateway takes part in no events, so it hears of an erasure by the feed, reads at tenancy whom it is about, and answers by a
/// receipt there. Until that is taken it tries again; several gateways may do the same, which does no harm. Confined to
/// its loop.
final class ErasureService: @unchecked Sendable {
    private static let longestPause = Duration.seconds(300)

    private let store: ErasureStore
    private let state: ChangeFeedState
    private let tenancy: ServiceClient
    private let loop: EventLoop
    private let logger: Logger
    /// Before what failed is tried again, doubled each time.
    private let firstPause: Duration
    private var waiting: Set<ErasureID> = []
    private var done: Set<ErasureID> = []
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(
        store: ErasureStore, state: ChangeFeedState, tenancy: ServiceClient, loop: EventLoop, logger: Logger,
        pause: Duration = .seconds(5)
    ) {
        firstPause = pause
        self.store = store
        self.state = state
        self.tenancy = tenancy
        self.loop = loop
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.observe { [weak self] change in self?.hear(change) }
        waiting = Set(state.erasures.keys)
        signal.yield()
    }

    private func hear(_ change: FeedChange) {
        switch change {
        case .erasure(let id, .some):
            // Told once more, it is asked for once more.
            done.remove(id)
            waiting.insert(id)
        case .erasure(let id, nil):
            done.remove(id)
            waiting.remove(id)
        case .replaced:
            done.formIntersection(state.erasures.keys)
            waiting = Set(state.erasures.keys).subtracting(done)
        default: return
        }
        signal.yield()
    }

    /// Erases until cancelled.
    func run() async {
        var pause = firstPause
        var timer: LoopTimer?
        for await _ in signals {
            timer?.cancel()
            let failed = await eraseWaiting()
            guard failed else {
                pause = firstPause
                continue
            }
            timer = loop.timer(after: pause) { [signal] in signal.yield() }
            pause = min(pause * 2, Self.longestPause)
        }
        timer?.cancel()
    }

    /// Whether some could not be done.
    private func eraseWaiting() async -> Bool {
        var failed = false
        for id in waiting {
            guard let value = state.erasures[id] else {
                waiting.remove(id)
                continue
            }
            do {
                try await erase(id, value)
                waiting.remove(id)
                done.insert(id)
            } catch {
                guard !Task.isCancelled else { return true }
                failed = true
                logger.warning(
                    "An erasure has to be tried again",
                    [.string("erasure_id", id.description), .error("error", error)])
            }
        }
        return failed
    }

    private func erase(_ id: ErasureID, _ value: ChangeFeedAPI.ErasureValue) async throws {
        let scope = ServiceClient.Scope(tenant: value.owner)
        let erased: [String: Int]
        switch value.kind {
        case .tenant: erased = try await store.eraseTenant(value.tenantID)
        case .person:
            let erasure: InternalAPI.Erasure
            do {
                erasure = try await tenancy.get("/internal/erasures/\(id)", as: InternalAPI.Erasure.self, scope: scope)
            } catch let failure as Failure where failure.code == .notFound {
                // It is over: another answer was enough.
                return
            }
            let pattern = PersonPattern.make(of: erasure)
            erased = if let pattern { try await store.erasePerson(pattern, of: value.tenantID) } else { [:] }
        }
        try await tenancy.send(
            .post, "/internal/erasures/\(id)/receipt", InternalAPI.ErasureReceipt(erasureID: id, erased: erased),
            scope: scope)
        logger.info(
            "Erased",
            [
                .string("erasure_id", id.description), .string("kind", value.kind.rawValue),
                .int("count", erased.values.reduce(0, +)),
            ])
    }
}
