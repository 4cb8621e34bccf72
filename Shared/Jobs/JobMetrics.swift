import Telemetry

/// What the operator sees of a runner.
struct JobMetrics: Sendable {
    private let metrics: Metrics

    init(_ metrics: Metrics) { self.metrics = metrics }

    func ran(kind: String, outcome: String, _ duration: Duration) {
        metrics.histogram(
            "job_duration_seconds", "How long jobs ran.", labels: [("kind", kind), ("outcome", outcome)]
        ).record(duration)
    }
}
