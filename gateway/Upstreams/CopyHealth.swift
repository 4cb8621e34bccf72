/// Whether one copy of a service takes requests, as its probes and its answers tell.
///
/// The probes say whether it is ready. The answers work a circuit breaker: lost connections or failures in a row leave
/// it alone for a while, then one request at a time is tried.
struct CopyHealth: Sendable {
    enum Readiness: Sendable {
        case untried
        case ready
        /// Its last probes had no answer.
        case silent
        /// It says itself that it is not ready: it starts or stops.
        case refusing
    }

    /// What a probe found.
    enum Finding: Sendable {
        case ready
        case refusing
        case silent
    }

    /// What is wrong with a request that failed.
    enum Fault: Sendable {
        /// There was no connection, or it was lost.
        case connection
        /// There was an answer and it was a failure, or none in time.
        case answer
    }

    private struct Ejection: Sendable {
        let fault: Fault
        let until: UInt64
    }

    /// An ejection that begins so long after the last one ended is a first one.
    private static let memory: UInt64 = 60_000
    /// A trial of which nothing is heard for so long is given up.
    private static let longestTrial: UInt64 = 60_000

    private(set) var readiness = Readiness.untried
    private var findingsAgainst = 0
    private var lostInRow = 0
    private var failedInRow = 0
    private var ejection: Ejection?
    private var ejections: UInt64 = 0
    private var endOfEjection: UInt64 = 0
    private var trialUntil: UInt64 = 0

    /// Whether it may have a request.
    func isUsable(at now: UInt64) -> Bool {
        guard readiness == .ready || readiness == .untried else { return false }
        guard let ejection else { return true }
        return ejection.until <= now && trialUntil <= now
    }

    var isEjected: Bool { ejection != nil }

    /// For the status page.
    func word(at now: UInt64) -> String {
        switch readiness {
        case .silent: "silent"
        case .refusing: "not_ready"
        case .untried, .ready:
            if let ejection {
                ejection.until <= now ? "on_trial" : "ejected"
            } else {
                readiness == .ready ? "ready" : "untried"
            }
        }
    }

    // Probes.

    mutating func note(_ finding: Finding, _ policy: UpstreamPolicy) {
        switch (finding, readiness) {
        case (.ready, .ready), (.silent, .silent): findingsAgainst = 0
        case (.refusing, _): become(.refusing)
        case (.ready, .silent):
            findingsAgainst += 1
            if findingsAgainst >= policy.rise { become(.ready) }
        case (.ready, .untried), (.ready, .refusing): become(.ready)
        case (.silent, .ready):
            findingsAgainst += 1
            if findingsAgainst >= policy.fall { become(.silent) }
        case (.silent, .untried), (.silent, .refusing): become(.silent)
        }
        // What connects again is there again; failing answers are for the trial.
        if finding == .ready, ejection?.fault == .connection { ejection = nil }
    }

    private mutating func become(_ readiness: Readiness) {
        self.readiness = readiness
        findingsAgainst = 0
    }

    // Requests.

    /// A request is on its way.
    mutating func begin(at now: UInt64) {
        if ejection != nil { trialUntil = now + Self.longestTrial }
    }

    mutating func succeed(at now: UInt64) {
        lostInRow = 0
        failedInRow = 0
        guard ejection != nil else { return }
        ejection = nil
        endOfEjection = now
        trialUntil = 0
    }

    /// Notes a failure; true when it ejects the copy, which needs that another one is there.
    mutating func fail(_ fault: Fault, at now: UInt64, mayEject: Bool, _ policy: UpstreamPolicy) -> Bool {
        if let ejection {
            // Requests that were on their way when it was ejected say nothing new.
            guard ejection.until <= now else { return false }
        } else {
            switch fault {
            case .connection: lostInRow += 1
            case .answer: failedInRow += 1
            }
            guard lostInRow >= policy.lostConnections || failedInRow >= policy.failedAnswers else { return false }
        }
        guard mayEject else { return false }
        if ejection == nil, now > endOfEjection + Self.memory { ejections = 0 }
        let length = min(policy.longestEjection, policy.firstEjection << min(ejections, 10))
        ejections += 1
        lostInRow = 0
        failedInRow = 0
        trialUntil = 0
        ejection = Ejection(fault: fault, until: now + length)
        return true
    }
}
