/// How many requests took how long, in steps of a fifth; sums of several are exact.
struct LatencyTally: Sendable {
    /// Four steps an octave from a microsecond on, up to more than an hour.
    private static let steps = 128

    private var counts: [UInt32] = []

    mutating func record(microseconds: UInt64) {
        if counts.isEmpty { counts = [UInt32](repeating: 0, count: Self.steps) }
        counts[Self.step(of: microseconds)] &+= 1
    }

    mutating func add(_ other: LatencyTally) {
        guard !other.counts.isEmpty else { return }
        guard !counts.isEmpty else { return counts = other.counts }
        for step in 0..<Self.steps { counts[step] &+= other.counts[step] }
    }

    /// The time in milliseconds within which this share of the requests was answered; nil without any.
    func milliseconds(of share: Double) -> Double? {
        let all = counts.reduce(0) { $0 + UInt64($1) }
        guard all > 0 else { return nil }
        let wanted = UInt64((Double(all) * share).rounded(.up))
        var seen: UInt64 = 0
        for (step, count) in counts.enumerated() {
            seen += UInt64(count)
            if seen >= wanted { return Self.upperBound(of: step) / 1000 }
        }
        return nil
    }

    private static func step(of microseconds: UInt64) -> Int {
        guard microseconds >= 4 else { return Int(microseconds) }
        let octave = 63 - microseconds.leadingZeroBitCount
        return min(steps - 1, 4 * (octave - 1) + Int(microseconds >> UInt64(octave - 2) & 3))
    }

    private static func upperBound(of step: Int) -> Double {
        guard step >= 4 else { return Double(step + 1) }
        return Double((5 + step % 4) << (step / 4 - 1))
    }
}

/// What one copy answered in the last minute.
struct CopyTally: Sendable {
    /// The sums of a minute.
    struct Minute: Sendable {
        var requests = 0
        var failures = 0
        var latencies = LatencyTally()
        /// How much of the minute has been seen.
        var seconds = 0.0

        mutating func add(_ other: Minute) {
            requests += other.requests
            failures += other.failures
            latencies.add(other.latencies)
            seconds = max(seconds, other.seconds)
        }
    }

    private static let slotLength: UInt64 = 5000
    private static let slotCount: UInt64 = 12

    private var slots = [Minute](repeating: Minute(), count: Int(CopyTally.slotCount))
    private var current: UInt64
    private let began: UInt64

    init(now: UInt64) {
        current = now / Self.slotLength
        began = now
    }

    mutating func record(microseconds: UInt64, isFailure: Bool, at now: UInt64) {
        advance(to: now)
        let slot = Int(current % Self.slotCount)
        slots[slot].requests += 1
        if isFailure { slots[slot].failures += 1 }
        slots[slot].latencies.record(microseconds: microseconds)
    }

    /// What the last minute brought.
    mutating func minute(at now: UInt64) -> Minute {
        advance(to: now)
        var sum = Minute()
        for slot in slots { sum.add(slot) }
        let whole = Self.slotLength * (Self.slotCount - 1) + now % Self.slotLength
        sum.seconds = max(1, Double(min(whole, now - began)) / 1000)
        return sum
    }

    private mutating func advance(to now: UInt64) {
        let wanted = now / Self.slotLength
        guard wanted > current else { return }
        for slot in max(current + 1, wanted >= Self.slotCount ? wanted - Self.slotCount + 1 : 0)...wanted {
            slots[Int(slot % Self.slotCount)] = Minute()
        }
        current = wanted
    }
}
