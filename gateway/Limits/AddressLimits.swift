import HTTP
import IO
import Synchronization

/// How often one client address may ask for what needs no sign-in; one for all loops of the process.
///
/// Each address has a time for each kind of traffic up to which its requests are paid for (the generic cell rate algorithm):
/// 32 bytes in all, and none once that time has passed. Several gateways divide the rates among them: the database is not asked,
/// since whoever has many addresses could have it busy.
final class AddressLimits: Sendable {
    /// What is counted on its own.
    enum Traffic: Int {
        /// Sign-in and sign-up: what is dear to answer, and guessed at.
        case signIn
        /// Everything else without a credential.
        case anonymous
        /// Events of providers, each of which has few addresses for all tenants.
        case hook
        /// Credentials that were wrong.
        case failure
    }

    /// Requests a second from one address, for each kind of traffic.
    struct Rates: Sendable {
        var signIn = RateAllowance(rate: 20, burst: 200)
        var anonymous = RateAllowance(rate: 100, burst: 400)
        var hook = RateAllowance(rate: 300, burst: 900)
        var failure = RateAllowance(rate: 50, burst: 1000)
    }

    /// What became of a request.
    struct Verdict: Equatable {
        var isAllowed: Bool
        var remaining: Int
        /// Seconds until one is allowed; at least 1.
        var retryAfter: Int
    }

    /// Microseconds up to which is paid for.
    fileprivate struct Paid {
        var signIn: UInt64 = 0
        var anonymous: UInt64 = 0
        var hook: UInt64 = 0
        var failure: UInt64 = 0

        func isOver(_ now: UInt64) -> Bool { max(signIn, anonymous, hook, failure) <= now }
    }

    private struct State {
        var paid: [AddressKey: Paid] = [:]
        var nextTidying: UInt64 = 0
    }

    /// Addresses with a time of their own; the rest share one that is larger.
    static let capacity = 100_000
    private static let othersShare: UInt64 = 20
    private static let tidyingInterval: UInt64 = 10_000_000

    private let state = Mutex(State())
    /// Whether a credential was wrong a while ago; most of the time none was, and then nobody needs to look.
    private let failures = Atomic<Bool>(false)
    private let rates: Rates
    private let policies: [HTTPFieldLines]

    init(_ rates: Rates = Rates()) {
        self.rates = rates
        policies = [rates.signIn, rates.anonymous, rates.hook, rates.failure].map {
            $0.policyLine("address")
        }
    }

    private static let opening = HTTPFieldOpening("RateLimit", "\"address\";r=")

    /// Tells the limit of a kind of traffic, and what is left of it.
    func tell(_ lines: inout HTTPFieldLines, _ traffic: Traffic, left: Int) {
        lines.add(policies[traffic.rawValue])
        lines.add(Self.opening, max(0, left), ";t=", 1)
    }

    /// The most that a kind of traffic lets through at once.
    func burst(_ traffic: Traffic) -> Int { Int(rate(of: traffic).burst) }

    var mayHaveFailures: Bool { failures.load(ordering: .relaxed) }

    var count: Int { state.withLock { $0.paid.count } }

    /// Counts a request, or with `isCounted` false looks whether one would be allowed.
    ///
    /// `now` is in milliseconds, of any loop's clock.
    func take(
        _ address: String, _ traffic: Traffic, gateways: Int, now milliseconds: UInt64, isCounted: Bool = true
    ) -> Verdict {
        let now = milliseconds * 1000
        let rate = rate(of: traffic)
        if traffic == .failure, isCounted { failures.store(true, ordering: .relaxed) }
        var key = AddressKey(address)
        return state.withLock { state in
            if state.paid.count >= Self.capacity, state.paid[key] == nil { tidy(&state, now, isUrgent: true) }
            if state.paid.count >= Self.capacity, state.paid[key] == nil { key = .others }
            var interval = UInt64(1_000_000 / rate.rate) * UInt64(max(1, gateways))
            if key == .others { interval = max(1, interval / Self.othersShare) }
            let most = interval * max(1, UInt64(rate.burst) / UInt64(max(1, gateways)))
            var paid = state.paid[key] ?? Paid()
            let until = max(now, paid[traffic])
            let isAllowed = until + interval <= now + most
            if isAllowed, isCounted {
                paid[traffic] = until + interval
                state.paid[key] = paid
                tidy(&state, now, isUrgent: false)
            }
            let end = isAllowed && isCounted ? until + interval : until
            let wait = isAllowed ? 0 : until + interval - now - most
            return Verdict(
                isAllowed: isAllowed, remaining: Int((most - min(most, end - now)) / interval),
                retryAfter: max(1, Int((wait + 999_999) / 1_000_000)))
        }
    }

    private func rate(of traffic: Traffic) -> RateAllowance {
        switch traffic {
        case .signIn: rates.signIn
        case .anonymous: rates.anonymous
        case .hook: rates.hook
        case .failure: rates.failure
        }
    }

    /// Forgets the addresses that are as good as new; a full table at most once a second.
    private func tidy(_ state: inout State, _ now: UInt64, isUrgent: Bool) {
        let interval = Self.tidyingInterval
        guard now >= state.nextTidying || isUrgent && now + interval - 1_000_000 >= state.nextTidying else { return }
        state.nextTidying = now + interval
        state.paid = state.paid.filter { !$0.value.isOver(now) }
        failures.store(state.paid.values.contains { $0.failure > now }, ordering: .relaxed)
    }
}

extension AddressLimits.Paid {
    fileprivate subscript(traffic: AddressLimits.Traffic) -> UInt64 {
        get {
            switch traffic {
            case .signIn: signIn
            case .anonymous: anonymous
            case .hook: hook
            case .failure: failure
            }
        }
        set {
            switch traffic {
            case .signIn: signIn = newValue
            case .anonymous: anonymous = newValue
            case .hook: hook = newValue
            case .failure: failure = newValue
            }
        }
    }
}
