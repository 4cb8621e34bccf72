package import HTTP
import JSON
import Telemetry

/// A page that a service adds to its operator's listener, which is on loopback alone.
package struct OperatorPage: Sendable {
    let path: String
    let answer: HTTPHandler

    /// Answers GET and HEAD of the path and of everything below it.
    package init(_ path: String, _ answer: @escaping HTTPHandler) {
        self.path = path
        self.answer = answer
    }

    func covers(_ asked: String) -> Bool { asked == path || asked.hasPrefix("\(path)/") }
}

/// `/metrics`, `/status` and the service's own pages of the operator's listener, which is on loopback alone.
struct OperatorPages: Sendable {
    let service: String
    let metrics: Metrics
    let health: HealthState
    let sections: [(name: String, value: @Sendable () -> JSONText)]
    let pages: [OperatorPage]
    private let started = ContinuousClock.now

    init(
        service: String, metrics: Metrics, health: HealthState,
        sections: [(name: String, value: @Sendable () -> JSONText)], pages: [OperatorPage] = []
    ) {
        self.service = service
        self.metrics = metrics
        self.health = health
        self.sections = sections
        self.pages = pages
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
        default:
            guard let page = pages.first(where: { $0.covers(request.path) }) else { return HTTPResponse(status: 404) }
            return await page.answer(request)
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
