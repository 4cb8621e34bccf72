import HTTP
import Models

/// One limit of one tenant as one loop holds it: the part that it has taken out of the shared bucket.
///
/// What a loop holds is counted in the shared bucket as not used, until the lease lapses: so what all may use together
/// is never more than the bucket, and grows no faster than its rate. `docs/decisions/0008-shared-limits.md` has the proof.
/// Confined to its loop, hence `@unchecked Sendable`. Times are the loop's milliseconds.
final class LeasedBucket: @unchecked Sendable {
    /// What is limited.
    enum Measure {
        /// Tokens that are used up, and come back at the bucket's rate.
        case rate
        /// Places that are given back after use.
        case places
    }

    /// How far asking for more has come.
    enum Asking {
        case no, queued, inFlight
    }

    let tenant: TenantID
    /// Tells the buckets of a tenant apart, here and in the database.
    let name: String
    let measure: Measure
    private(set) var allowance: RateAllowance
    /// What may be taken without asking.
    private(set) var stock = 0.0
    /// Places that are taken; 0 for a rate.
    private(set) var inUse = 0.0
    /// What was used, above what was leased, while the database was away.
    private(set) var debt = 0.0
    /// What nobody held when the database last said, and when that was.
    private(set) var reserve: Double
    private(set) var reserveAt: UInt64
    /// The lease's end; `.max` when there is none.
    private var expires = UInt64.max
    private(set) var lastUsed: UInt64
    /// Until then nothing more is to be had.
    private var drainedUntil: UInt64 = 0
    /// Above this stock, and before this time, nothing needs to be looked at.
    private var low = 0.0
    private var easyUntil: UInt64 = 0
    private var usedSince = 0.0
    private var askedAt: UInt64
    private var refilledAt: UInt64
    var asking = Asking.no
    /// Whether the database may have no row for it.
    var isUnknown = true
    private(set) var waiters: [CheckedContinuation<Bool, Never>] = []
    /// `RateLimit-Policy`, ready to be sent, and how `RateLimit` begins.
    private(set) var policyLine = HTTPFieldLines()
    private let opening: HTTPFieldOpening

    init(tenant: TenantID, name: String, measure: Measure, allowance: RateAllowance, now: UInt64) {
        self.tenant = tenant
        self.name = name
        self.measure = measure
        self.allowance = allowance
        reserve = allowance.burst
        reserveAt = now
        lastUsed = now
        askedAt = now
        refilledAt = now
        opening = HTTPFieldOpening("RateLimit", "\"\(name)\";r=")
        policyLine = allowance.policyLine(name)
    }

    // Use.

    /// Takes one in the usual case, in which nothing needs to be looked at; false says nothing.
    @inline(__always)
    func takeEasily(_ now: UInt64) -> Bool {
        guard stock > low, now < easyUntil else { return false }
        take(now)
        return true
    }

    @inline(__always)
    private func take(_ now: UInt64) {
        stock -= 1
        usedSince += 1
        lastUsed = now
        if measure == .places { inUse += 1 }
    }

    /// Takes one if there is one.
    func takeCarefully(_ now: UInt64, alone share: Double?) -> Bool {
        lastUsed = now
        lapse(now)
        if let share { refill(now, share) }
        guard stock >= 1 else { return false }
        take(now)
        return true
    }

    /// Whether it is time to ask for more, or to prolong the lease.
    func wantsMore(_ now: UInt64) -> Bool {
        asking == .no && (stock <= low && now >= drainedUntil || now >= easyUntil)
    }

    /// Whether the shared bucket had nothing left a moment ago, so that waiting would not help.
    func isDrained(_ now: UInt64) -> Bool { now < drainedUntil }

    /// Whether nobody has used it for so long, nor does.
    func isIdle(_ now: UInt64, since limit: UInt64) -> Bool {
        inUse == 0 && waiters.isEmpty && now >= lastUsed + limit
    }

    /// Whether its lease is to be prolonged without a request: places are held for longer than a lease, and what is left
    /// over is for others.
    func isWorthAsking(_ now: UInt64) -> Bool {
        measure == .places && (inUse > 0 && now >= easyUntil || stock > 2 * low + 2)
    }

    /// Gives back what was taken for a request that went no further.
    func refund() {
        stock += 1
        usedSince -= 1
    }

    /// Gives a place back.
    func giveBack() {
        guard inUse > 0 else { return }
        inUse -= 1
        // Without a lease the place was somebody else's already.
        if expires != .max || isAlone { stock += 1 }
    }

    func wait(_ continuation: CheckedContinuation<Bool, Never>) { waiters.append(continuation) }

    private func lapse(_ now: UInt64) {
        guard now >= expires else { return }
        stock = 0
        expires = .max
    }

    // Alone.

    private var isAlone = false
    private var hasBeenLeased = false

    /// The database went away: from now on the stock grows by itself, by this loop's part of the rate.
    ///
    /// A bucket of which the database has never told is as full as one that nobody has used, so far as this loop's part goes.
    func beAlone(_ now: UInt64, _ share: Double) {
        isAlone = true
        easyUntil = 0
        refilledAt = now
        guard measure == .rate, expires == .max, stock == 0, !hasBeenLeased else { return }
        stock = max(1, allowance.burst * share)
        debt = stock
    }

    private func refill(_ now: UInt64, _ share: Double) {
        let cap = max(1, allowance.burst * share)
        switch measure {
        case .places: stock = max(stock, cap.rounded(.down) - inUse)
        case .rate:
            let due = allowance.rate * share * Double(now - min(now, refilledAt)) / 1000
            let added = max(0, min(due, cap - stock))
            stock += added
            debt += added
        }
        refilledAt = now
    }

    // Leasing.

    /// What is said to the database.
    struct Question {
        let held: Double
        let debt: Double
        let want: Double
    }

    /// Sets aside what is to be asked for; `parts` is into how many the shared bucket is divided at least.
    ///
    /// As much as the next moments will need, at least a twentieth of a bucket and at most a tenth.
    func question(_ now: UInt64, parts: Double, isLast: Bool) -> Question {
        lapse(now)
        asking = .inFlight
        let most = max(1, min(max(allowance.burst, allowance.rate * 2), allowance.burst * 4) / parts).rounded(.down)
        let least = max(1, (most / 2).rounded(.down))
        let elapsed = Double(max(10, now - min(now, askedAt)))
        let foreseen = measure == .rate ? usedSince / elapsed * Self.foresight : inUse / 2
        let target = isLast ? 0 : min(most, max(least, foreseen.rounded(.up)))
        var given = 0.0
        if stock >= target + 1, waiters.isEmpty, isLast || measure == .places || usedSince == 0 {
            given = (stock - target).rounded(.down)
            stock -= given
        }
        let question = Question(
            held: stock + inUse, debt: measure == .rate ? debt - given : 0,
            want: max(0, (target + Double(waiters.count) - stock).rounded(.up)))
        low = (target / 2).rounded(.down)
        usedSince = 0
        askedAt = now
        debt = 0
        return question
    }

    /// Takes what was granted, and lets waiters go on or gives them up; true when it should be asked again at once.
    func granted(
        _ grant: Double, left: Double, to question: Question, sent: UInt64, now: UInt64, lease: UInt64, pause: UInt64
    ) -> Bool {
        asking = .no
        isUnknown = false
        isAlone = false
        hasBeenLeased = true
        stock = max(0, stock + grant)
        reserve = left
        reserveAt = now
        expires = sent + lease
        easyUntil = sent + lease / 2
        serveWaiters(now)
        drainedUntil = grant < question.want ? now + pause : 0
        guard !waiters.isEmpty else { return false }
        if drainedUntil == 0 { return true }
        giveUpWaiters()
        return false
    }

    /// The question was not answered: what it said is said again.
    func failed(_ question: Question) {
        asking = .no
        isUnknown = true
        debt += question.debt
    }

    /// Lets waiters have what there is, alone, and gives up the rest.
    func serveWaiters(_ now: UInt64, alone share: Double) {
        guard !waiters.isEmpty else { return }
        lapse(now)
        refill(now, share)
        serveWaiters(now)
        giveUpWaiters()
    }

    private func serveWaiters(_ now: UInt64) {
        let count = min(waiters.count, Int(stock))
        guard count > 0 else { return }
        let served = waiters[..<count]
        waiters.removeFirst(count)
        for waiter in served {
            take(now)
            waiter.resume(returning: true)
        }
    }

    /// Lets those that wait go without.
    private func giveUpWaiters() {
        let given = waiters
        waiters = []
        for waiter in given { waiter.resume(returning: false) }
    }

    /// Milliseconds of use that are asked for ahead.
    private static let foresight = 200.0

    // The plan.

    /// The tenant's plan changed.
    func change(to new: RateAllowance) {
        guard new != allowance else { return }
        reserve = max(0, reserve + new.burst - allowance.burst)
        allowance = new
        stock = min(stock, new.burst)
        policyLine = new.policyLine(name)
        // The shared bucket is looked at before the next one is taken.
        easyUntil = 0
        drainedUntil = 0
    }

    // What the client is told.

    /// What is left, as far as this loop knows.
    func remaining(_ now: UInt64) -> Int {
        let refilled = allowance.rate * Double(now - min(now, reserveAt)) / 1000
        return max(0, Int(min(allowance.burst, stock + max(0, reserve) + refilled)))
    }

    /// Tells the limit, what is left of it, and the seconds until all of it is there again.
    func tell(_ lines: inout HTTPFieldLines, _ now: UInt64) {
        let left = remaining(now)
        let missing = allowance.burst - Double(left)
        let seconds = allowance.rate > 0 ? max(1, Int((missing / allowance.rate).rounded(.up))) : 1
        lines.add(policyLine)
        lines.add(opening, left, ";t=", seconds)
    }

    /// Seconds until one is there again; at least 1.
    func retryAfter(_ now: UInt64) -> Int {
        guard measure == .rate else { return 1 }
        return max(1, Int(((1 - min(1, stock + reserve)) / allowance.rate).rounded(.up)))
    }
}
