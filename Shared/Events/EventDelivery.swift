package import Clients
import HTTP
package import Models
import Telemetry

/// How an event gets from one service to another; NATS may stand behind it one day.
package protocol EventDelivery: Sendable {
    /// Returns when the subscriber has taken the event for good.
    ///
    /// Throws a `Failure` of code `unavailable`, `upstream_unavailable` or `upstream_timeout` when the subscriber is
    /// away, and anything else when it does not take this event.
    func deliver(_ envelope: EventEnvelope, to subscriber: ServiceName) async throws
}

/// Delivers to `/internal/events` of the subscriber.
package struct InternalEventDelivery: EventDelivery {
    private let clients: @Sendable (ServiceName) -> ServiceClient

    /// The clients are asked for on the loop that delivers.
    package init(_ clients: @escaping @Sendable (ServiceName) -> ServiceClient) {
        self.clients = clients
    }

    package func deliver(_ envelope: EventEnvelope, to subscriber: ServiceName) async throws {
        let trace = envelope.traceparent.flatMap { TraceContext(traceparent: $0) }
        try await clients(subscriber).send(
            .post, "/internal/events", envelope, scope: .init(tenant: envelope.tenantID, trace: trace))
    }
}
