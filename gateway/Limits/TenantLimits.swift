import Clients
import Models

/// The buckets of one tenant on one loop.
///
/// Confined to its loop.
final class TenantLimits {
    let tenant: TenantID
    /// The tenant as it was last seen: another object may have another plan.
    private(set) var known: FeedTenant?
    private var requestsPerSecond: Int
    private var burst: Int
    private var concurrency: Int
    private var rates: [LeasedBucket?]
    private var keys: [String: LeasedBucket] = [:]
    private var places: [LeasedBucket?] = [nil, nil]

    /// API keys of one tenant that are counted each on its own; more share one bucket.
    private static let mostKeys = 100
    /// Live streams for each request that a plan allows at once.
    private static let streamsPerRequest = 4
    /// What the platform's own host allows: few people, whose work must not stand still.
    private static let platform = (requestsPerSecond: 500, burst: 1000, concurrency: 200)

    init(_ tenant: TenantID) {
        self.tenant = tenant
        (requestsPerSecond, burst, concurrency) = (1, 1, 1)
        rates = [LeasedBucket?](repeating: nil, count: RouteKind.allCases.count)
    }

    /// Has the plan in force that the feed told of last.
    @inline(__always)
    func keepCurrent(_ tenant: FeedTenant) {
        if known !== tenant { learn(tenant) }
    }

    private func learn(_ tenant: FeedTenant) {
        known = tenant
        let plan = tenant.entitlements
        (requestsPerSecond, burst, concurrency) =
            tenant.id == .platform
            ? Self.platform : (max(1, plan.requestsPerSecond), max(1, plan.burst), max(1, plan.concurrency))
        for kind in RouteKind.allCases { rates[kind.index]?.change(to: allowance(of: kind)) }
        for key in keys.values { key.change(to: keyAllowance) }
        places[0]?.change(to: requestPlaces)
        places[1]?.change(to: streamPlaces)
    }

    private func allowance(of kind: RouteKind) -> RateAllowance {
        RouteShare.allowance(of: kind, requestsPerSecond: requestsPerSecond, burst: burst)
    }

    /// A key has the plan's figures for all kinds of traffic together.
    private var keyAllowance: RateAllowance {
        RateAllowance(rate: Double(requestsPerSecond), burst: Double(burst))
    }

    private var requestPlaces: RateAllowance { RateAllowance(rate: 0, burst: Double(concurrency)) }

    private var streamPlaces: RateAllowance {
        RateAllowance(rate: 0, burst: Double(concurrency * Self.streamsPerRequest))
    }

    /// The bucket of a kind of traffic, and whether it was made for this.
    func rate(of kind: RouteKind, _ now: UInt64, make: (LeasedBucket) -> Void) -> LeasedBucket {
        if let known = rates[kind.index] { return known }
        let bucket = LeasedBucket(
            tenant: tenant, name: kind.rawValue, measure: .rate, allowance: allowance(of: kind), now: now)
        rates[kind.index] = bucket
        make(bucket)
        return bucket
    }

    /// The bucket of an API key, by what stands for it.
    func rate(ofKey key: String, _ now: UInt64, make: (LeasedBucket) -> Void) -> LeasedBucket {
        if let known = keys[key] { return known }
        let name = keys.count < Self.mostKeys ? "key-\(key)" : "keys"
        if let known = keys[name] { return known }
        let bucket = LeasedBucket(tenant: tenant, name: name, measure: .rate, allowance: keyAllowance, now: now)
        keys[name == "keys" ? name : key] = bucket
        make(bucket)
        return bucket
    }

    /// The places for requests in flight, or for live streams.
    func places(forStreams: Bool, _ now: UInt64, make: (LeasedBucket) -> Void) -> LeasedBucket {
        let index = forStreams ? 1 : 0
        if let known = places[index] { return known }
        let bucket = LeasedBucket(
            tenant: tenant, name: forStreams ? "streams" : "requests", measure: .places,
            allowance: forStreams ? streamPlaces : requestPlaces, now: now)
        places[index] = bucket
        make(bucket)
        return bucket
    }

    /// Lets go of a bucket that has not been used for a while.
    func forget(_ bucket: LeasedBucket) {
        for index in rates.indices where rates[index] === bucket { rates[index] = nil }
        for index in places.indices where places[index] === bucket { places[index] = nil }
        for (key, known) in keys where known === bucket { keys[key] = nil }
    }

    var isEmpty: Bool { rates.allSatisfy { $0 == nil } && places.allSatisfy { $0 == nil } && keys.isEmpty }
}
