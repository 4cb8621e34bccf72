import Clients
import Models
import Telemetry

/// The gateway's counters: by route template, class of tenant and class of status, never by path or tenant.
///
/// A series begins with its first request, so that what nobody uses takes no place. Confined to its loop.
final class DoorMeters: @unchecked Sendable {
    /// One template's, for one class of tenant: answers by the first digit of their status from 2, and their times.
    private struct Row {
        let answers: [Counter]
        let seconds: Histogram
    }

    private static let plans: [Plan] = [.starter, .growth, .enterprise]
    /// The classes are the plans, the platform, and requests that are no tenant's.
    private static let classes = plans.map(\.rawValue) + ["platform", "none"]

    private let metrics: Metrics
    /// A template's classes stand together; the last template is that of requests without a route.
    private var rows: [Row?]

    init(_ metrics: Metrics) {
        self.metrics = metrics
        rows = [Row?](repeating: nil, count: (RouteTable.rows.count + 1) * Self.classes.count)
    }

    func record(_ route: DoorRoute?, _ tenant: FeedTenant?, status: Int, milliseconds: UInt64) {
        let place = Self.place(of: tenant)
        let index = (route?.index ?? RouteTable.rows.count) * Self.classes.count + place
        let row = rows[index] ?? begin(index, route, Self.classes[place])
        row.answers[min(3, max(0, status / 100 - 2))].add(1)
        row.seconds.record(Double(milliseconds) / 1000)
    }

    private static func place(of tenant: FeedTenant?) -> Int {
        guard let tenant else { return plans.count + 1 }
        if tenant.id == .platform { return plans.count }
        return plans.firstIndex(of: tenant.entitlements.plan) ?? 0
    }

    private func begin(_ index: Int, _ route: DoorRoute?, _ tenant: String) -> Row {
        let labels = [
            ("route", route?.template ?? "none"), ("service", route?.service.rawValue ?? "none"), ("tenant", tenant),
        ]
        let row = Row(
            answers: (2...5).map { status in
                metrics.counter(
                    "gateway_requests_total", "Requests answered.", labels: labels + [("status", "\(status)xx")])
            },
            seconds: metrics.histogram(
                "gateway_request_seconds", "Time from head to head.", labels: labels,
                buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10]))
        rows[index] = row
        return row
    }
}
