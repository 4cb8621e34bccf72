import Synchronization

/// How often values fell into each of some buckets; any thread may record.
///
/// Soundness of `@unchecked Sendable`: the counts are atomics in memory of their own, because an array cannot hold
/// atomics; they live as long as the histogram and are touched only as atomics.
package final class Histogram: @unchecked Sendable {
    /// Buckets for seconds of requests and queries.
    package static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    struct Snapshot {
        var bounds: [Double]
        var counts: [Int]
        var sum: Double
    }

    private let bounds: [Double]
    private let counts: UnsafeMutablePointer<Atomic<Int>>
    private let sum = Atomic<UInt64>(0)

    init(buckets: [Double]) {
        precondition(buckets.count <= 64 && zip(buckets, buckets.dropFirst()).allSatisfy(<), "buckets must grow")
        bounds = buckets + [.infinity]
        counts = .allocate(capacity: bounds.count)
        for index in bounds.indices { (counts + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: bounds.count)
        counts.deallocate()
    }

    /// Counts one value; what is not a number is left out.
    package func record(_ value: Double) {
        guard !value.isNaN else { return }
        var bucket = 0
        while value > bounds[bucket] { bucket += 1 }
        counts[bucket].wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    /// Counts one duration in seconds.
    package func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// Counts and sum, each right at some moment of the reading.
    func snapshot() -> Snapshot {
        Snapshot(
            bounds: bounds, counts: bounds.indices.map { counts[$0].load(ordering: .relaxed) },
            sum: Double(bitPattern: sum.load(ordering: .relaxed)))
    }
}
