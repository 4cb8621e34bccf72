import Models

/// An instant that a phone system wrote as its clock on the wall showed it.
struct LocalTime: Sendable, Hashable {
    var instant: Timestamp
    /// Whether the clock showed this time twice; the later reading was taken.
    var isAmbiguous: Bool

    /// Reads `2026-01-01 12:00:00`, with dashes, slashes or dots, a `T`, a fraction, and an offset where there is one.
    ///
    /// Nil for what is no time, and for the zeros and empty texts by which phone systems say "never".
    init?(_ text: String, in zone: TimeZoneName) {
        var digits: [Int] = []
        var rest = Substring(text.trimmed)
        func number(_ count: ClosedRange<Int>) -> Int? {
            let read = rest.prefix(count.upperBound).prefix { $0.isASCII && $0.isNumber }
            guard read.count >= count.lowerBound else { return nil }
            rest = rest[read.endIndex...]
            return Int(read)
        }
        for (index, separators) in ["", "-/.", "-/.", " T", ":", ":"].enumerated() {
            if index > 0 {
                guard let next = rest.first, separators.contains(next) else { return nil }
                rest = rest.dropFirst()
            }
            guard let read = number(index == 0 ? 4...4 : 1...2) else { return nil }
            digits.append(read)
        }
        var micros: Int64 = 0
        if rest.first == "." {
            let fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard (1...9).contains(fraction.count) else { return nil }
            rest = rest[fraction.endIndex...]
            micros = Int64((fraction + "00000").prefix(6)) ?? 0
        }
        guard let date = LocalDate(year: digits[0], month: digits[1], day: digits[2]), date.year >= 1970,
            digits[3] < 24, digits[4] < 60, digits[5] <= 60
        else { return nil }
        let wall = Int64(date.daysSince1970) * 86_400 + Int64(digits[3] * 3_600 + digits[4] * 60 + digits[5])
        if let offset = Self.offset(rest) {
            self.init(instant: Timestamp(microseconds: (wall - offset) * 1_000_000 + micros), isAmbiguous: false)
        } else {
            guard rest.isEmpty else { return nil }
            let (seconds, isAmbiguous) = Self.seconds(wall, in: zone)
            self.init(instant: Timestamp(microseconds: seconds * 1_000_000 + micros), isAmbiguous: isAmbiguous)
        }
    }

    private init(instant: Timestamp, isAmbiguous: Bool) {
        self.instant = instant
        self.isAmbiguous = isAmbiguous
    }

    /// `Z`, `+hh:mm` or `+hhmm`, in seconds east; nil when there is none.
    private static func offset(_ text: Substring) -> Int64? {
        if text == "Z" || text == "z" { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard digits.count == 4, let number = Int64(digits), number % 100 < 60, number <= 1_800 else { return nil }
        let seconds = number / 100 * 3_600 + number % 100 * 60
        return sign == "-" ? -seconds : seconds
    }

    /// A time that the clock skipped is read by the offset from before, as an hour later.
    private static func seconds(_ wall: Int64, in zone: TimeZoneName) -> (Int64, isAmbiguous: Bool) {
        guard let rules = ZoneRules.named(zone) else { return (wall, false) }
        let offsets = rules.offsets(around: wall)
        let readings = offsets.map { wall - $0 }.filter { rules.offset(at: $0) + $0 == wall }
        guard let latest = readings.max() else { return (wall - offsets[0], false) }
        return (latest, readings.count > 1)
    }
}
