/// Samples in one stretch of memory that grows at its end and is cut at both.
///
/// An array would do, but for the debug builds that the tests of whole calls run: there each element that an array
/// takes from a slice passes through several calls.
final class SampleBuffer {
    private(set) var count = 0
    private var capacity: Int
    /// Owned; freed with this object.
    private var memory: UnsafeMutablePointer<Float>

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        memory = .allocate(capacity: self.capacity)
    }

    deinit { memory.deallocate() }

    /// Valid until the next change.
    var samples: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: memory, count: count) }

    func append(_ more: UnsafeBufferPointer<Float>) {
        guard let source = more.baseAddress, more.count > 0 else { return }
        reserve(count + more.count)
        (memory + count).update(from: source, count: more.count)
        count += more.count
    }

    func appendSilence(_ more: Int) {
        reserve(count + more)
        (memory + count).update(repeating: 0, count: more)
        count += more
    }

    func removeFirst(_ removed: Int) {
        precondition(removed <= count)
        memory.update(from: memory + removed, count: count - removed)
        count -= removed
    }

    func truncate(to length: Int) {
        precondition(length <= count)
        count = length
    }

    /// A copy of a part.
    func array(_ range: Range<Int>) -> [Float] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return [Float](unsafeUninitializedCapacity: range.count) { buffer, filled in
            buffer.baseAddress?.initialize(from: memory + range.lowerBound, count: range.count)
            filled = range.count
        }
    }

    private func reserve(_ needed: Int) {
        guard needed > capacity else { return }
        capacity = max(needed, capacity * 2)
        let larger = UnsafeMutablePointer<Float>.allocate(capacity: capacity)
        larger.update(from: memory, count: count)
        memory.deallocate()
        memory = larger
    }
}
