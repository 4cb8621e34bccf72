import Telemetry

/// How long the operations take, by operation and class of status, never by path.
struct RouteMeters: Sendable {
    private static let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"]

    private let histograms: [String: [Histogram]]

    init(_ metrics: Metrics, routes: [Route]) {
        var histograms: [String: [Histogram]] = [:]
        for operation in routes.map(\.operationID) + ["unmatched", "get_openapi"] {
            histograms[operation] = Self.classes.map {
                metrics.histogram(
                    "http_request_seconds", "Time from head to answer, by operation.",
                    labels: [("operation", operation), ("status", $0)])
            }
        }
        self.histograms = histograms
    }

    func record(_ operation: String, status: Int, _ duration: Duration) {
        guard let series = histograms[operation] else { return }
        series[min(max(status / 100 - 1, 0), series.count - 1)].record(duration)
    }
}
