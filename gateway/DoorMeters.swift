import Models
import Telemetry

/// The gateway's counters; by service and class of status, never by path or tenant.
struct DoorMeters: Sendable {
    private let requests: [String: Counter]
    private let durations: [String: Histogram]

    init(_ metrics: Metrics) {
        var requests: [String: Counter] = [:]
        var durations: [String: Histogram] = [:]
        for service in ServiceName.services.map(\.rawValue) + ["none"] {
            for status in 2...5 {
                requests["\(service)\(status)"] = metrics.counter(
                    "gateway_requests_total", "Requests answered.",
                    labels: [("service", service), ("status", "\(status)xx")])
            }
            durations[service] = metrics.histogram(
                "gateway_request_seconds", "Time from head to head.", labels: [("service", service)],
                buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10])
        }
        self.requests = requests
        self.durations = durations
    }

    func record(_ service: ServiceName?, status: Int, milliseconds: UInt64) {
        let name = service?.rawValue ?? "none"
        requests["\(name)\(status / 100)"]?.add(1)
        durations[name]?.record(Double(milliseconds) / 1000)
    }
}
