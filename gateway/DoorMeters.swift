import Models
import Telemetry

/// The gateway's counters; by service and class of status, never by path or tenant.
struct DoorMeters: Sendable {
    /// One service's: answers by the first digit of their status from 2, and their times.
    private struct Row {
        let answers: [Counter]
        let seconds: Histogram
    }

    /// The services in the order of their ports, then what no service answered.
    private let rows: [Row]

    init(_ metrics: Metrics) {
        rows = (ServiceName.services.map(\.rawValue) + ["none"]).map { service in
            Row(
                answers: (2...5).map { status in
                    metrics.counter(
                        "gateway_requests_total", "Requests answered.",
                        labels: [("service", service), ("status", "\(status)xx")])
                },
                seconds: metrics.histogram(
                    "gateway_request_seconds", "Time from head to head.", labels: [("service", service)],
                    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10]))
        }
    }

    func record(_ service: ServiceName?, status: Int, milliseconds: UInt64) {
        let index = service.map { $0.portOffset - ServiceName.tenancy.portOffset } ?? rows.count - 1
        guard rows.indices.contains(index) else { return }
        rows[index].answers[min(3, max(0, status / 100 - 2))].add(1)
        rows[index].seconds.record(Double(milliseconds) / 1000)
    }
}
