import Synchronization

/// A number that only grows; any thread may add to it.
package final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    init() {}

    /// Adds what is not negative.
    package func add(_ amount: Int = 1) {
        assert(amount >= 0, "a counter does not go down")
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// The count so far.
    package var value: Int { count.load(ordering: .relaxed) }
}
