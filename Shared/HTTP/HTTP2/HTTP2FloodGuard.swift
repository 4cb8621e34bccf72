/// Counts the frames of a connection that cost much more to take than to send.
struct HTTP2FloodGuard {
    /// A budget that fills up by the clock.
    struct Bucket {
        private let capacity: Int
        private let perSecond: Int
        private var left: Int
        private var filledAt: UInt64

        init(_ budget: HTTP2Limits.Budget, now: UInt64) {
            capacity = budget.burst
            perSecond = budget.perSecond
            left = budget.burst
            filledAt = now
        }

        /// False when nothing is left.
        mutating func take(at now: UInt64) -> Bool {
            if left <= capacity / 2, now > filledAt {
                let more = Int(now - filledAt) * perSecond / 1000
                if more > 0 {
                    left = min(capacity, left + more)
                    filledAt = now
                }
            }
            left -= 1
            return left >= 0
        }

        mutating func give(_ more: Int) { left = min(capacity, left + more) }
    }

    var resets: Bucket
    var idleFrames: Bucket
    var windowUpdates: Bucket
    /// Frames of the header block that is being read.
    var continuations = 0

    init(_ limits: HTTP2Limits, now: UInt64) {
        resets = Bucket(limits.resets, now: now)
        idleFrames = Bucket(limits.idleFrames, now: now)
        windowUpdates = Bucket(limits.windowUpdates, now: now)
    }
}
