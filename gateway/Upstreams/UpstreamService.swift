import HTTPClient
import Models

/// The copies of one service and the choice among them.
///
/// Confined to its loop.
final class UpstreamService {
    let name: ServiceName
    let addresses: [UpstreamAddress]
    private(set) var copies: [UpstreamCopy] = []
    /// Those that are in the list no more and still have requests.
    private(set) var leaving: [UpstreamCopy] = []
    var budget = RetryBudget()
    /// Whether any of its copies has ever been ready.
    var hasBeenReady = false
    /// What each name of the list was last resolved to.
    private var found: [UpstreamAddress: [HTTPEndpoint]] = [:]
    private var next = 0
    private let policy: UpstreamPolicy

    init(_ name: ServiceName, _ addresses: [UpstreamAddress], policy: UpstreamPolicy, now: UInt64) {
        self.name = name
        self.addresses = addresses
        self.policy = policy
        refresh(now: now)
    }

    // The list.

    var names: [UpstreamAddress] { addresses.filter(\.isName) }

    /// Takes the addresses that a name has now.
    func resolved(_ name: UpstreamAddress, to endpoints: [HTTPEndpoint], now: UInt64) {
        found[name] = endpoints
        refresh(now: now)
    }

    private func refresh(now: UInt64) {
        var wanted: [HTTPEndpoint] = []
        for address in addresses {
            for endpoint in address.isName ? found[address] ?? [] : [address.endpoint] where !wanted.contains(endpoint)
            {
                wanted.append(endpoint)
            }
        }
        let gone = copies.filter { !wanted.contains($0.endpoint) }
        copies = wanted.map { endpoint in
            if let known = copies.first(where: { $0.endpoint == endpoint }) { return known }
            if let index = leaving.firstIndex(where: { $0.endpoint == endpoint }) { return leaving.remove(at: index) }
            return UpstreamCopy(endpoint, now: now)
        }
        for copy in gone { copy.since = .now() }
        leaving += gone
    }

    /// Forgets the copies that have left and whose last request has ended.
    func takeDeparted() -> [HTTPEndpoint] {
        guard !leaving.isEmpty else { return [] }
        let departed = leaving.filter { $0.inFlight == 0 }.map(\.endpoint)
        leaving.removeAll { $0.inFlight == 0 }
        return departed
    }

    // The choice.

    /// The copy that has the fewest requests, among those that are usable, or among all when none is.
    ///
    /// Nil when all were tried already.
    func choose(at now: UInt64, besides tried: [UpstreamCopy] = []) -> UpstreamCopy? {
        if copies.count == 1 { return tried.contains { $0 === copies[0] } ? nil : copies[0] }
        if copies.count > policy.comparedCopies, let drawn = draw(at: now, besides: tried) { return drawn }
        var best: UpstreamCopy?
        var bestRank = Rank(order: 3, load: 0)
        // From another one each time, so that equals take turns.
        next = next &+ 1 < copies.count ? next &+ 1 : 0
        for offset in copies.indices {
            let place = next + offset
            let copy = copies[place < copies.count ? place : place - copies.count]
            let rank = Rank(order: Self.order(copy, at: now), load: copy.inFlight)
            guard rank < bestRank, !tried.contains(where: { $0 === copy }) else { continue }
            best = copy
            bestRank = rank
        }
        return best
    }

    /// The better of two that are drawn; nil when neither is ready.
    private func draw(at now: UInt64, besides tried: [UpstreamCopy]) -> UpstreamCopy? {
        guard let one = copies.randomElement(), let other = copies.randomElement() else { return nil }
        let ready = [one, other].filter { copy in
            Self.order(copy, at: now) == 0 && !tried.contains { $0 === copy }
        }
        return ready.min { $0.inFlight < $1.inFlight }
    }

    private struct Rank: Comparable {
        let order: Int
        let load: Int

        static func < (left: Rank, right: Rank) -> Bool { (left.order, left.load) < (right.order, right.load) }
    }

    private static func order(_ copy: UpstreamCopy, at now: UInt64) -> Int {
        guard copy.health.isUsable(at: now) else { return 2 }
        return copy.health.readiness == .ready ? 0 : 1
    }

    /// Whether another copy than this one is usable, so that this one can be left alone.
    func hasOther(than copy: UpstreamCopy, at now: UInt64) -> Bool {
        copies.contains { $0 !== copy && $0.health.isUsable(at: now) && !$0.health.isEjected }
    }

    /// Whether no copy answers its probes.
    var isHopeless: Bool { copies.allSatisfy { $0.health.readiness == .silent } }
}
