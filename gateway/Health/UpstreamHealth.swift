import HTTP
import HTTPClient
import IO
import JSON
import Models
import Telemetry

/// Looks at each service's readiness, for the gateway's own and for the status page.
///
/// Confined to its loop.
final class UpstreamHealth: @unchecked Sendable {
    /// What is known of one service.
    struct Service: Codable, Sendable {
        var isReady = false
        var hasBeenReady = false
        /// When this began to be so.
        var since: Timestamp = .now()
        var latencyMilliseconds: Int?
    }

    /// How often services are looked at, until all have been ready and after.
    private static let eagerInterval = Duration.milliseconds(100)
    private static let interval = Duration.seconds(5)

    private let upstreams: Upstreams
    private let loop: EventLoop
    private let logger: Logger
    private var services: [ServiceName: Service] = [:]

    init(upstreams: Upstreams, loop: EventLoop, logger: Logger) {
        self.upstreams = upstreams
        self.loop = loop
        self.logger = logger
        for service in ServiceName.services { services[service] = Service() }
    }

    /// Whether each service has been ready once; what is ready later may come and go.
    var haveAllBeenReady: Bool { services.values.allSatisfy(\.hasBeenReady) }

    /// For the operator's status page.
    var status: JSONText {
        let named = Dictionary(uniqueKeysWithValues: services.map { ($0.key.rawValue, $0.value) })
        do { return try JSONText(encoding: named) } catch { return .emptyObject }
    }

    /// Looks again and again until cancelled.
    func run() async {
        while !Task.isCancelled {
            for service in ServiceName.services { await look(at: service) }
            do { try await loop.sleep(for: haveAllBeenReady ? Self.interval : Self.eagerInterval) } catch { return }
        }
    }

    private func look(at service: ServiceName) async {
        let started = loop.now
        let isReady: Bool
        do {
            let answer = try await upstreams.http.send(
                HTTPClientRequest(method: .get, target: "/ready", headers: ["Host": "localhost"]),
                to: upstreams.endpoint(of: service), deadline: .seconds(2))
            _ = try await answer.body.collect(upTo: 4096)
            isReady = answer.status == 200
        } catch { isReady = false }
        var known = services[service] ?? Service()
        if known.isReady != isReady {
            known.since = .now()
            logger.info(
                isReady ? "Service became ready" : "Service is not ready", [.string("service", service.rawValue)])
        }
        known.isReady = isReady
        known.hasBeenReady = known.hasBeenReady || isReady
        known.latencyMilliseconds = isReady ? Int(loop.now - started) : nil
        services[service] = known
    }
}
