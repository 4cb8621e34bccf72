/// The bounds within which copies are judged and requests are tried again.
struct UpstreamPolicy: Sendable {
    // Probes.

    /// Between two looks at a copy that is ready.
    var probeInterval: UInt64 = 5000
    /// Between two looks at one that is not.
    var troubledInterval: UInt64 = 1000
    /// Between two looks at one whose service has not been ready since the start.
    var eagerInterval: UInt64 = 100
    var probeDeadline = Duration.seconds(2)
    /// So many probes must succeed before a copy that gave no answer is ready again.
    var rise = 2
    /// So many must get no answer before it is not; a copy that says that it is not ready is believed at once.
    var fall = 2
    /// How long the addresses of a `dns+http` name are used.
    var nameLifetime: UInt64 = 5000

    // Ejection.

    /// Connections lost in a row after which a copy is left alone for a while.
    var lostConnections = 3
    /// Failed answers in a row after which it is.
    var failedAnswers = 10
    var firstEjection: UInt64 = 1000
    /// Each ejection is twice as long as the one before, up to this.
    var longestEjection: UInt64 = 60_000

    // Requests.

    /// How often a request is sent in all.
    var tries = 3
    /// Bodies up to this are taken in whole before they are passed on, and can be sent again.
    var gatheredBody: Int64 = 64 << 10
    /// How long a request waits for a service none of whose copies answers its probes: one may just be starting.
    var hopelessPatience = Duration.seconds(10)
    /// How many copies are all compared; among more, two are drawn.
    var comparedCopies = 8
}

/// What repetitions may cost: one request in ten, so that a service in trouble does not get twice the load.
struct RetryBudget: Sendable {
    private static let share = 0.1
    private static let most = 20.0

    private var left = RetryBudget.most / 2

    /// A request has come that may have to be repeated.
    mutating func earn() { left = min(Self.most, left + Self.share) }

    /// Takes one repetition; false when there is none left.
    mutating func spend() -> Bool {
        guard left >= 1 else { return false }
        left -= 1
        return true
    }
}
