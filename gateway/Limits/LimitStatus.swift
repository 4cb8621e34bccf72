import Models
import Telemetry

/// The limits at work, for the operator's status page.
struct LimitStatus: Codable, Sendable {
    /// Whether the figures are shared with the other gateways now.
    var isShared: Bool
    /// Since when this gateway has gone on alone; null while it shares.
    var aloneSince: Timestamp?
    var loops: Int
    var gateways: Int
    /// Tenants and buckets that were used a moment ago, on the first loop.
    var tenants: Int
    var buckets: Int
    var leaseRoundTrips: Int
    var addresses: Int
    /// Requests refused by each limit.
    var refused: [String: Int]

    init(
        isShared: Bool, aloneSince: Timestamp?, sharers: LimitStore.Sharers, tenants: Int, buckets: Int,
        leaseRoundTrips: Int, addresses: Int, refused: [String: Int]
    ) {
        self.isShared = isShared
        self.aloneSince = aloneSince
        loops = sharers.loops
        gateways = sharers.processes
        self.tenants = tenants
        self.buckets = buckets
        self.leaseRoundTrips = leaseRoundTrips
        self.addresses = addresses
        self.refused = refused
    }
}

/// Requests that were refused, by the limit that they met.
struct LimitMeters: Sendable {
    private let counters: [(name: String, counter: Counter)]
    let rate: Counter
    let key: Counter
    let address: Counter
    let concurrency: Counter
    let streams: Counter
    let body: Counter

    init(_ metrics: Metrics) {
        var all: [(name: String, counter: Counter)] = []
        func counter(_ limit: String) -> Counter {
            let made = metrics.counter(
                "gateway_limit_refusals_total", "Requests refused by a limit.", labels: [("limit", limit)])
            all.append((limit, made))
            return made
        }
        rate = counter("rate")
        key = counter("key")
        address = counter("address")
        concurrency = counter("concurrency")
        streams = counter("streams")
        body = counter("body")
        counters = all
    }

    var refused: [String: Int] {
        Dictionary(uniqueKeysWithValues: counters.map { ($0.name, Int($0.counter.value)) })
    }
}
