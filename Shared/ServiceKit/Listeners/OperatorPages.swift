import HTTP
import JSON
import Telemetry

/// `/metrics` and `/status` of the operator's listener, which is on loopback alone.
struct OperatorPages: Sendable {
    let service: String
    let metrics: Metrics
    let health: HealthState
    let sections: [(name: String, value: @Sendable () -> JSONText)]
    private let started = ContinuousClock.now

    init(
        service: String, metrics: Metrics, health: HealthState,
        sections: [(name: String, value: @Sendable () -> JSONText)]
    ) {
        self.service = service
        self.metrics = metrics
        self.health = health
        self.sections = sections
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        guard request.method == .get || request.method == .head else {
            return HTTPResponse(status: 405, headers: ["Allow": "GET, HEAD"])
        }
        switch request.path {
        case "/metrics":
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
                body: .bytes(metrics.render()))
        case "/status":
            return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: .bytes(status()))
        default: return HTTPResponse(status: 404)
        }
    }

    private func status() -> [UInt8] {
        let uptime = started.duration(to: .now).components.seconds
        var bytes = Array(
            "{\"service\":\"\(service)\",\"status\":\"\(health.obstacle ?? "ok")\",\"uptime_seconds\":\(uptime)".utf8)
        for section in sections {
            bytes += Array(",\"\(section.name)\":".utf8)
            bytes += section.value().bytes
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
