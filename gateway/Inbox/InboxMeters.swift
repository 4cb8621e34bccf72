import Models
import Telemetry

/// The inbox's counters; by service, never by tenant.
struct InboxMeters: Sendable {
    private let metrics: Metrics

    init(_ metrics: Metrics) { self.metrics = metrics }

    func taken(_ service: ServiceName, _ result: Result<Void, Failure>) {
        let outcome =
            switch result {
            case .success: "taken"
            case .failure(let failure): failure.code == .rateLimited ? "full" : "away"
            }
        metrics.counter(
            "gateway_inbox_hooks_total", "Hooks of providers, by what they were told.",
            labels: [("service", service.rawValue), ("outcome", outcome)]
        ).add()
    }

    /// How many hooks share a transaction tells how busy the inbox is.
    func wrote(_ hooks: Int) {
        metrics.histogram(
            "gateway_inbox_batch_hooks", "Hooks committed in one transaction.", buckets: [1, 4, 16, 64, 256]
        ).record(Double(hooks))
    }

    func delivered(_ service: ServiceName, _ outcome: String) {
        metrics.counter(
            "gateway_inbox_deliveries_total", "Attempts to deliver a hook, by result.",
            labels: [("service", service.rawValue), ("result", outcome)]
        ).add()
    }

    func gauge(_ service: ServiceName, _ state: String, _ hooks: Int) {
        metrics.gauge(
            "gateway_inbox_hooks", "Hooks in the inbox, by state.",
            labels: [("service", service.rawValue), ("state", state)]
        ).set(hooks)
    }
}
