import CSndfile

/// Lowest and highest sample of each of a fixed number of stretches, gathered while a stream of unknown length passes.
///
/// It starts with fine stretches; whenever four times the wanted number is reached, neighbours are joined and the
/// stretch doubles. So memory is constant, and at the end each answer is joined from two to four stretches.
package struct WaveformPeaks: Sendable {
    /// One drawn column: both in -127...127.
    package struct Column: Hashable, Sendable {
        package var low: Int8
        package var high: Int8

        package init(low: Int8, high: Int8) {
            self.low = low
            self.high = high
        }
    }

    private let count: Int
    private var stretch = 16
    private var filled = 0
    private var low: Float = 0
    private var high: Float = 0
    private var columns: [Column] = []

    package init(count: Int) {
        precondition(count > 0)
        self.count = count
        columns.reserveCapacity(count * 4)
    }

    package mutating func add(_ samples: UnsafeBufferPointer<Float>) {
        var index = 0
        while index < samples.count {
            let end = min(samples.count, index + stretch - filled)
            var low = filled == 0 ? samples[index] : low
            var high = filled == 0 ? samples[index] : high
            filled += end - index
            audio_widen(samples.baseAddress.map { $0 + index }, end - index, &low, &high)
            index = end
            (self.low, self.high) = (low, high)
            if filled == stretch { closeColumn() }
        }
    }

    /// Exactly the wanted number of columns; with fewer samples columns repeat, without any there is none.
    package mutating func finish() -> [Column] {
        if filled > 0 { closeColumn() }
        guard !columns.isEmpty else { return [] }
        return (0..<count).map { index in
            let start = index * columns.count / count
            let end = max(start + 1, (index + 1) * columns.count / count)
            return columns[start..<end].reduce(columns[start], WaveformPeaks.join)
        }
    }

    private mutating func closeColumn() {
        columns.append(Column(low: WaveformPeaks.level(low), high: WaveformPeaks.level(high)))
        filled = 0
        guard columns.count == count * 4 else { return }
        columns = stride(from: 0, to: columns.count, by: 2).map {
            WaveformPeaks.join(columns[$0], columns[$0 + 1])
        }
        columns.reserveCapacity(count * 4)
        stretch *= 2
    }

    private static func join(_ one: Column, _ other: Column) -> Column {
        Column(low: min(one.low, other.low), high: max(one.high, other.high))
    }

    private static func level(_ sample: Float) -> Int8 { Int8((max(-1, min(1, sample)) * 127).rounded()) }
}
