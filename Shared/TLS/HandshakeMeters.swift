import COpenSSL
import Telemetry

/// Counts handshakes by version and whether a ticket spared the key exchange's signature.
struct HandshakeMeters: Sendable {
    private let full12: Counter
    private let full13: Counter
    private let resumed12: Counter
    private let resumed13: Counter
    private let failures: Counter

    init(_ metrics: Metrics) {
        func counter(_ version: String, _ resumed: String) -> Counter {
            metrics.counter(
                "tls_handshakes_total", "TLS handshakes that ended well.",
                labels: [("version", version), ("resumed", resumed)])
        }
        full12 = counter("1.2", "no")
        full13 = counter("1.3", "no")
        resumed12 = counter("1.2", "yes")
        resumed13 = counter("1.3", "yes")
        failures = metrics.counter(
            "tls_handshake_failures_total", "TLS handshakes that were refused, plain requests included.")
    }

    func record(_ ssl: OpaquePointer) {
        let isResumed = SSL_session_reused(ssl) == 1
        if SSL_version(ssl) == TLS1_3_VERSION {
            (isResumed ? resumed13 : full13).add(1)
        } else {
            (isResumed ? resumed12 : full12).add(1)
        }
    }

    func countFailure() { failures.add(1) }
}
