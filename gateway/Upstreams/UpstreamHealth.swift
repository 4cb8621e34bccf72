import HTTP
import HTTPClient
import IO
import Models
import Telemetry

/// Looks at the readiness of each copy of each service, and looks up the names among their addresses.
///
/// Confined to its loop.
final class UpstreamHealth: @unchecked Sendable {
    /// How often it sees what is due, once all services have been ready.
    private static let calmTick: UInt64 = 500

    private let upstreams: Upstreams
    private let board: UpstreamBoard
    private let index: Int
    private let loop: EventLoop
    private let logger: Logger
    /// Of its own: a probe must not wait behind requests.
    private let http: InternalHTTPClient
    private var nextLookUp: UInt64 = 0
    private var looksUp = false

    init(upstreams: Upstreams, board: UpstreamBoard, index: Int, loop: EventLoop, logger: Logger) {
        self.upstreams = upstreams
        self.board = board
        self.index = index
        self.loop = loop
        self.logger = logger
        http = InternalHTTPClient(loop: loop)
    }

    /// Whether each service has been ready once; what is ready later may come and go.
    var haveAllBeenReady: Bool { upstreams.services.allSatisfy(\.hasBeenReady) }

    /// Looks again and again until cancelled.
    func run() async {
        while !Task.isCancelled {
            look()
            let pause = haveAllBeenReady ? Self.calmTick : upstreams.policy.eagerInterval
            do { try await loop.sleep(for: .milliseconds(Int64(pause))) } catch { break }
        }
        http.close()
    }

    /// Starts what is due, and puts up what is known.
    func look() {
        let now = loop.now
        if !looksUp, now >= nextLookUp, upstreams.services.contains(where: { !$0.names.isEmpty }) {
            looksUp = true
            loop.spawn { await self.lookUp() }
        }
        upstreams.retireDeparted()
        for service in upstreams.services {
            for copy in service.copies where copy.nextProbe <= now && !copy.isProbed {
                copy.isProbed = true
                let confined = Confined(service: service, copy: copy)
                loop.spawn { await self.probe(confined) }
            }
        }
        board.post(report(at: now), ofLoop: index)
    }

    private func report(at now: UInt64) -> [ServiceReport] {
        upstreams.services.map { service in
            ServiceReport(
                name: service.name, hasBeenReady: service.hasBeenReady,
                copies: service.copies.map { $0.report(at: now, isLeaving: false) }
                    + service.leaving.map { $0.report(at: now, isLeaving: true) })
        }
    }

    private func lookUp() async {
        for service in upstreams.services where !service.names.isEmpty {
            do { try await upstreams.resolve(service) } catch {
                logger.warning(
                    "Addresses not found",
                    [.string("service", service.name.rawValue), .string("error.kind", "\(error)")])
            }
        }
        nextLookUp = loop.now + upstreams.policy.nameLifetime
        looksUp = false
    }

    /// Sendable because both are used on this loop alone.
    private struct Confined: @unchecked Sendable {
        let service: UpstreamService
        let copy: UpstreamCopy
    }

    private func probe(_ confined: Confined) async {
        let (service, copy) = (confined.service, confined.copy)
        let finding: CopyHealth.Finding
        do {
            let answer = try await http.send(
                HTTPClientRequest(method: .get, target: "/ready", headers: ["Host": "localhost"]), to: copy.endpoint,
                deadline: upstreams.policy.probeDeadline)
            _ = try await answer.body.collect(upTo: 4096)
            finding = answer.status == 200 ? .ready : .refusing
        } catch { finding = .silent }
        copy.isProbed = false
        let before = copy.health.readiness
        copy.health.note(finding, upstreams.policy)
        let after = copy.health.readiness
        if after == .ready { service.hasBeenReady = true }
        let policy = upstreams.policy
        let interval =
            switch (after, service.hasBeenReady) {
            case (_, false): policy.eagerInterval
            case (.ready, true): policy.probeInterval
            default: policy.troubledInterval
            }
        copy.nextProbe = loop.now + interval
        guard before != after else { return }
        copy.since = .now()
        logger.info(
            after == .ready ? "Service became ready" : "Service is not ready",
            [.string("service", service.name.rawValue), .string("server.address", copy.endpoint.description)])
    }
}
