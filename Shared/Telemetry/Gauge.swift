import Synchronization

/// A number that goes up and down; any thread may change it.
package final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)

    init() {}

    /// Replaces the number.
    package func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Replaces the number by a whole one.
    package func set(_ value: Int) {
        set(Double(value))
    }

    /// Moves the number, down with a negative amount.
    package func add(_ amount: Double = 1) {
        bits.add(amount)
    }

    /// The number now.
    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

extension Atomic<UInt64> {
    /// Adds to the `Double` whose bits are stored here.
    func add(_ amount: Double) {
        var old = load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, original) = weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}
