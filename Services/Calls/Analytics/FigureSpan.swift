import Models

/// Some days of a tenant as instants, and how they are read: whole UTC days from the days, the ends from the buckets.
struct FigureSpan: Sendable, Hashable {
    /// A year and a day, so that years can be compared.
    static let mostDays = 367
    private static let dayMicroseconds: Int64 = 86_400_000_000

    var fromDate: LocalDate
    /// Included.
    var toDate: LocalDate
    var begin: Timestamp
    /// Excluded.
    var end: Timestamp

    /// The whole UTC days inside; nil when there is none.
    var days: Range<Timestamp>? {
        let first = Self.dayBegin(begin + .microseconds(Self.dayMicroseconds - 1))
        let last = Self.dayBegin(end)
        return first < last ? first..<last : nil
    }

    /// What lies before and after the whole days.
    var ends: [Range<Timestamp>] {
        guard let days else { return [begin..<end] }
        return [begin..<days.lowerBound, days.upperBound..<end].filter { !$0.isEmpty }
    }

    /// Midnight UTC at or before an instant.
    static func dayBegin(_ instant: Timestamp) -> Timestamp {
        let (days, rest) = instant.microseconds.quotientAndRemainder(dividingBy: dayMicroseconds)
        return Timestamp(microseconds: (rest < 0 ? days - 1 : days) * dayMicroseconds)
    }
}
