import Telemetry

/// What the operator sees of one pool; all loops of a process add to the same series.
struct PostgresMetrics: Sendable {
    private let duration: Histogram
    private let wait: Histogram
    private let connections: Gauge

    init(_ metrics: Metrics) {
        duration = metrics.histogram("db_duration_seconds", "How long one round trip to PostgreSQL took.")
        wait = metrics.histogram("db_pool_wait_seconds", "How long a request waited for a connection, if it had to.")
        connections = metrics.gauge("db_connections", "Open connections to PostgreSQL.")
    }

    func waited(_ time: Duration) { wait.record(time) }
    func ran(_ time: Duration) { duration.record(time) }
    func changeConnections(by change: Int) { connections.add(Double(change)) }
}
