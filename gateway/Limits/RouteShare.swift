import HTTP

/// Tokens a second, and how many at most.
struct RateAllowance: Equatable, Sendable {
    let rate: Double
    let burst: Double

    /// The seconds in which an empty bucket is full again.
    var window: Int { rate > 0 ? max(1, Int((burst / rate).rounded(.up))) : 1 }

    /// `RateLimit-Policy` of a bucket of this name, ready to be sent.
    func policyLine(_ name: String) -> HTTPFieldLines {
        ["RateLimit-Policy": "\"\(name)\";q=\(Int(burst));w=\(window)"]
    }
}

/// Which part of a tenant's allowance each kind of traffic has.
///
/// The kinds are counted each on its own, so that none takes another's place.
enum RouteShare {
    /// A kind, its share of the plan's requests a second and of its burst.
    private static let text = """
        sign-in   0.2  0.2
        api       1    1
        transfer  0.5  0.5
        stream    0.2  0.2
        hook      1    1
        visitor   1    1
        document  0.2  0.2
        """

    private static let shares: [(rate: Double, burst: Double)] = {
        var found = [(rate: Double, burst: Double)](repeating: (1, 1), count: RouteKind.allCases.count)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, let kind = RouteKind(rawValue: String(words[0])), let rate = Double(words[1]),
                let burst = Double(words[2])
            else { continue }
            found[kind.index] = (rate, burst)
        }
        return found
    }()

    /// The bucket of a kind, of a plan with these figures; no bucket lets through less than one request a second.
    static func allowance(of kind: RouteKind, requestsPerSecond: Int, burst: Int) -> RateAllowance {
        let share = shares[kind.index]
        return RateAllowance(
            rate: max(1, Double(requestsPerSecond) * share.rate),
            burst: max(1, (Double(burst) * share.burst).rounded(.down)))
    }
}

extension RouteKind {
    /// The place in tables that have a column for each kind.
    var index: Int {
        switch self {
        case .signIn: 0
        case .api: 1
        case .transfer: 2
        case .stream: 3
        case .hook: 4
        case .visitor: 5
        case .document: 6
        }
    }
}
