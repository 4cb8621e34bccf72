import Clients
import HTTP
import IO
import JSON
import Models
import ServiceKit
import Telemetry

/// Decides, for one loop, whether a request may go on now.
///
/// Confined to its loop.
final class DoorLimits: @unchecked Sendable {
    private let loop: EventLoop
    private let leases: LeaseLoop
    private let addresses: AddressLimits
    private let meters: LimitMeters
    private var tenants: [TenantID: TenantLimits] = [:]
    /// The tenant of the last request is often that of the next.
    private var last: TenantLimits?

    init(loop: EventLoop, leases: LeaseLoop, addresses: AddressLimits, metrics: Metrics) {
        self.loop = loop
        self.leases = leases
        self.addresses = addresses
        meters = LimitMeters(metrics)
        leases.forget = { [unowned self] bucket in forget(bucket) }
    }

    /// The limits of one loop of the gateway.
    convenience init(_ seat: ServiceSeat<GatewayConfiguration>, _ process: ProcessLimits) {
        let leases = LeaseLoop(
            loop: seat.loop, store: LimitStore(database: seat.database, process: process.id),
            loops: seat.configuration.process.loops, logger: seat.logger)
        self.init(loop: seat.loop, leases: leases, addresses: process.addresses, metrics: seat.metrics)
    }

    /// Leases in the background, until cancelled.
    func run() async { await leases.run() }

    /// Keeps the shared tables small, until cancelled; one loop of a process does.
    func tidy() async { await leases.tidy() }

    /// Gives back what is held.
    func close() async { await leases.close() }

    // The stages of a request.

    /// Counts what needs no credential against the client's address, before anything is done for it.
    func admit(_ traffic: AddressLimits.Traffic, _ visit: Visit) throws {
        let verdict = addresses.take(
            visit.clientAddress, traffic, gateways: leases.sharers.processes, now: loop.now)
        visit.addressLimit = (traffic, verdict.remaining)
        if !verdict.isAllowed { throw refused(verdict) }
    }

    /// Counts a request of a route against its address, unless what it shows will be counted against somebody known.
    ///
    /// Wrong credentials are counted, so that nobody tries many.
    func admit(_ visit: Visit, _ route: DoorRoute, hasCredential: Bool) throws {
        switch route.kind {
        case .signIn: return try admit(.signIn, visit)
        case .hook: return try admit(.hook, visit)
        case .visitor, .document: return try admit(.anonymous, visit)
        case .api, .transfer, .stream: if !hasCredential { return try admit(.anonymous, visit) }
        }
        guard addresses.mayHaveFailures else { return }
        let verdict = addresses.take(
            visit.clientAddress, .failure, gateways: leases.sharers.processes, now: loop.now, isCounted: false)
        if !verdict.isAllowed { throw refused(verdict) }
    }

    /// Counts a credential that was wrong.
    func credentialFailed(_ visit: Visit) {
        _ = addresses.take(visit.clientAddress, .failure, gateways: leases.sharers.processes, now: loop.now)
    }

    private func refused(_ verdict: AddressLimits.Verdict) -> Failure {
        meters.address.add(1)
        return Failure(.rateLimited, headers: [("Retry-After", String(verdict.retryAfter))])
    }

    /// Refuses a body that is larger than the route takes; one of unknown length is cut off where it becomes so.
    func admitBody(_ visit: Visit, _ route: DoorRoute) throws {
        let body = visit.request.body
        guard let length = body.declaredLength else {
            body.mostBytes = route.bodyLimit
            return
        }
        guard length > route.bodyLimit else { return }
        meters.body.add(1)
        throw Failure(.bodyTooLarge)
    }

    /// Counts a request against its tenant and its API key, and takes its place among those that run.
    func admit(_ visit: Visit, _ tenant: FeedTenant, _ route: DoorRoute) async throws {
        let limits = limits(of: tenant)
        let (rate, places) = buckets(visit, limits, route)
        visit.limit = rate
        if !leases.take(rate) { try await wait(for: rate, meters.rate, .rateLimited) }
        if let key = visit.apiKey { try await admit(key: key, limits) }
        if !leases.take(places) {
            let meter = route.kind == .stream ? meters.streams : meters.concurrency
            do { try await wait(for: places, meter, .tooManyConcurrentRequests) } catch {
                rate.refund()
                throw error
            }
        }
        visit.place = places
    }

    /// The same in the usual case, in which there is nothing to wait for; false says nothing, and takes nothing.
    func admitEasily(_ visit: Visit, _ tenant: FeedTenant, _ route: DoorRoute) -> Bool {
        guard visit.apiKey == nil else { return false }
        let (rate, places) = buckets(visit, limits(of: tenant), route)
        guard leases.take(rate) else { return false }
        guard leases.take(places) else {
            rate.refund()
            return false
        }
        visit.limit = rate
        visit.place = places
        return true
    }

    /// Where a request is counted.
    private func buckets(
        _ visit: Visit, _ limits: TenantLimits, _ route: DoorRoute
    ) -> (rate: LeasedBucket, places: LeasedBucket) {
        let now = loop.now
        // What nobody has signed does not use up what those have who sign.
        var kind = route.kind
        if kind == .api, case .none = visit.authorization { kind = .visitor }
        let places = limits.places(forStreams: kind == .stream, now) { leases.add($0) }
        return (limits.rate(of: kind, now) { leases.add($0) }, places)
    }

    private func admit(key: String, _ limits: TenantLimits) async throws {
        let rate = limits.rate(ofKey: key, loop.now) { leases.add($0) }
        if !leases.take(rate) { try await wait(for: rate, meters.key, .rateLimited) }
    }

    private func wait(for bucket: LeasedBucket, _ meter: Counter, _ code: ErrorCode) async throws {
        if await leases.await(bucket) { return }
        meter.add(1)
        throw Failure(code, headers: [("Retry-After", String(bucket.retryAfter(loop.now)))])
    }

    /// Tells the client where it stands, and gives the place back when the answer has gone.
    func finish(_ visit: Visit, _ response: inout HTTPResponse) {
        if let limit = visit.limit {
            limit.tell(&response.lines, loop.now)
        } else {
            let (traffic, left) = visit.addressLimit ?? (.anonymous, addresses.burst(.anonymous))
            addresses.tell(&response.lines, traffic, left: left)
        }
        guard let place = visit.place else { return }
        visit.place = nil
        switch response.body {
        case .empty, .bytes: place.giveBack()
        case .stream(let length, let write):
            let held = HeldPlace(place, loop)
            response.body = .stream(length: length) { writer in
                defer { held.giveBack() }
                try await write(writer)
            }
        case .upgraded(let talk):
            let held = HeldPlace(place, loop)
            response.body = .upgraded { body, writer in
                defer { held.giveBack() }
                try await talk(body, writer)
            }
        }
    }

    private func limits(of tenant: FeedTenant) -> TenantLimits {
        if let last, last.known === tenant { return last }
        let found: TenantLimits
        if let known = tenants[tenant.id] {
            found = known
        } else {
            found = TenantLimits(tenant.id)
            tenants[tenant.id] = found
        }
        found.keepCurrent(tenant)
        last = found
        return found
    }

    private func forget(_ bucket: LeasedBucket) {
        guard let limits = tenants[bucket.tenant] else { return }
        limits.forget(bucket)
        guard limits.isEmpty else { return }
        tenants[bucket.tenant] = nil
        if last === limits { last = nil }
    }

    // For the operator.

    var status: JSONText {
        let document = LimitStatus(
            isShared: leases.aloneSince == nil, aloneSince: leases.aloneSince, sharers: leases.sharers,
            tenants: tenants.count, buckets: leases.buckets.count, leaseRoundTrips: leases.roundTrips,
            addresses: addresses.count, refused: meters.refused)
        do { return try JSONText(encoding: document) } catch { return .emptyObject }
    }
}

/// A place that is given back when the answer has been sent, or when it is let go because it never will be.
private final class HeldPlace: @unchecked Sendable {
    // Touched on the loop alone, but for `deinit`, at which nobody else has it.
    private var place: LeasedBucket?
    private let loop: EventLoop

    init(_ place: LeasedBucket, _ loop: EventLoop) {
        self.place = place
        self.loop = loop
    }

    func giveBack() {
        place?.giveBack()
        place = nil
    }

    deinit {
        guard let place else { return }
        loop.execute { place.giveBack() }
    }
}
