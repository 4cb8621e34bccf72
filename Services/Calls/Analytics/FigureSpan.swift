import Models

/// Some days of a tenant as instants, and how they are read: what lies in whole UTC weeks from the weeks, in whole UTC days from
/// the days, the ends from the buckets.
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

    /// The tables of figures, each with what of the span is read from it.
    var parts: [(table: StaticString, range: Range<Timestamp>)] {
        let days = Self.within(begin..<end, steps: Self.dayMicroseconds, from: 0)
        // 5 January 1970 was a Monday.
        let weeks = Self.within(days, steps: 7 * Self.dayMicroseconds, from: 4 * Self.dayMicroseconds)
        let parts: [(StaticString, Range<Timestamp>)] = [
            ("call_figures", begin..<days.lowerBound), ("call_day_figures", days.lowerBound..<weeks.lowerBound),
            ("call_week_figures", weeks), ("call_day_figures", weeks.upperBound..<days.upperBound),
            ("call_figures", days.upperBound..<end),
        ]
        return parts.filter { !$0.1.isEmpty }
    }

    /// The whole steps in a range; none, at its end, when there is none.
    private static func within(_ range: Range<Timestamp>, steps: Int64, from origin: Int64) -> Range<Timestamp> {
        let first = floor(range.lowerBound + .microseconds(steps - 1), steps: steps, from: origin)
        let last = floor(range.upperBound, steps: steps, from: origin)
        return first < last ? first..<last : range.upperBound..<range.upperBound
    }

    /// Midnight UTC at or before an instant.
    static func dayBegin(_ instant: Timestamp) -> Timestamp { floor(instant, steps: dayMicroseconds, from: 0) }

    private static func floor(_ instant: Timestamp, steps: Int64, from origin: Int64) -> Timestamp {
        let (count, rest) = (instant.microseconds - origin).quotientAndRemainder(dividingBy: steps)
        return Timestamp(microseconds: origin + (rest < 0 ? count - 1 : count) * steps)
    }
}
