import Clients
import IO
import JSON
import Models
import Postgres
import ServiceKit
import Telemetry

/// Delivers what the inbox holds, keeps it small, and tells the operator of it.
///
/// Several gateways may run it at once: a connection is served by whoever has moved its row ahead. Woken by NOTIFY
/// after a commit, with a slow poll behind. Confined to its database's loop.
final class InboxService: @unchecked Sendable {
    private static let upkeepInterval = Duration.seconds(30)
    private static let shownStates = ["waiting", "refused", "parked"]

    let store: InboxStore
    private let lines: [HookLine]
    private let loop: EventLoop
    private let logger: Logger
    private let meters: InboxMeters
    private var counts: [InboxCount] = []

    init(
        store: InboxStore, upstreams: Upstreams, tokens: any ServiceTokenSource, loop: EventLoop, logger: Logger,
        metrics: Metrics
    ) {
        self.store = store
        self.loop = loop
        self.logger = logger
        meters = InboxMeters(metrics)
        let sender = HookSender(upstreams: upstreams, tokens: tokens, deadline: store.settings.deadline)
        lines = ServiceName.services.map {
            HookLine($0, store: store, sender: sender, loop: loop, logger: logger, metrics: metrics)
        }
    }

    /// The inbox as one loop of the gateway has it; one of them runs it.
    convenience init(
        _ seat: ServiceSeat<GatewayConfiguration>, upstreams: Upstreams, tokens: any ServiceTokenSource
    ) {
        self.init(
            store: InboxStore(database: seat.database, settings: seat.configuration.inbox), upstreams: upstreams,
            tokens: tokens, loop: seat.loop, logger: seat.logger, metrics: seat.metrics)
    }

    /// Delivers until the task is cancelled; what is under way then is finished.
    func run() async {
        let timer = loop.timer(every: store.settings.poll) { [lines] in for line in lines { line.wake() } }
        let notifications = store.database.listen(InboxStore.channel)
        let listening = loop.spawn { [lines] in
            for await _ in notifications {
                for line in lines { line.wake() }
            }
        }
        do {
            while true {
                await lookAfter()
                try await loop.sleep(for: Self.upkeepInterval)
            }
        } catch {
            // Cancelled: the process stops.
        }
        timer.cancel()
        listening.cancel()
        // A task of its own, since this one is cancelled.
        await loop.spawn { [lines] in for line in lines { await line.stop() } }.value
    }

    /// Removes what is old and counts what is there.
    func lookAfter() async {
        do {
            try await store.sweep()
            counts = try await store.counts()
            for line in lines {
                for state in Self.shownStates { meters.gauge(line.service, state, hooks(of: line.service, state)) }
            }
        } catch {
            logger.warning("The inbox could not be looked after", [.error("error", error)])
        }
    }

    private func count(of service: ServiceName, _ state: String) -> InboxCount? {
        counts.first { $0.service == service.rawValue && $0.state == state }
    }

    private func hooks(of service: ServiceName, _ state: String) -> Int { count(of: service, state)?.hooks ?? 0 }

    /// For the operator's status page: what waits, was refused and is parked, by service.
    var status: JSONText {
        let services = lines.map { line in
            let service = line.service
            return (
                service.rawValue,
                InboxStatus(
                    waiting: hooks(of: service, "waiting"), oldestWaitingAt: count(of: service, "waiting")?.oldest,
                    deliveredLastMinute: hooks(of: service, "delivered"), refused: hooks(of: service, "refused"),
                    parked: hooks(of: service, "parked"), awaySince: line.awaySince)
            )
        }
        do { return try JSONText(encoding: Dictionary(services) { first, _ in first }) } catch { return .emptyObject }
    }
}

/// One service's part of the inbox on the status page; counted twice a minute.
struct InboxStatus: Codable, Sendable {
    var waiting: Int
    var oldestWaitingAt: Timestamp?
    var deliveredLastMinute: Int
    var refused: Int
    var parked: Int
    /// Since when the service takes no hooks; null while it does.
    var awaySince: Timestamp?
}
