import Models

/// The legal holidays on which some places let nobody be called.
///
/// A word of the table is `07-04` for a fixed day, `11/4-4` for the fourth Thursday of November, `05/L-1` for the last
/// Monday of May, and `E+1` for a day counted from Easter Sunday. A `~` adds the weekday on which a day of the weekend is
/// observed.
enum Holidays {
    private static let table = """
        US 01-01~ 01/3-1 02/3-1 05/L-1 06-19~ 07-04~ 09/1-1 10/2-1 11-11~ 11/4-4 12-25~
        FR 01-01 E+1 05-01 05-08 E+39 E+50 07-14 08-15 11-01 11-11 12-25
        ES 01-01 01-06 E-2 05-01 08-15 10-12 11-01 12-06 12-08 12-25
        IT 01-01 01-06 E+1 04-25 05-01 06-02 08-15 11-01 12-08 12-25 12-26
        DE 01-01 E-2 E+1 05-01 E+39 E+50 10-03 12-25 12-26
        AU 01-01~ 01-26~ E-2 E+1 04-25 12-25~ 12-26~
        ZA 01-01~ 03-21~ E-2 E+1 04-27~ 05-01~ 06-16~ 08-09~ 09-24~ 12-16~ 12-25~ 12-26~
        BR 01-01 E-2 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25
        """

    private static let rules: [String: [Substring]] = Dictionary(
        table.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            return (String(words[0]), Array(words.dropFirst()))
        }
    ) { first, _ in first }

    /// The closed days of a year, in no order; none for a country that the table does not have.
    static func days(of country: String, in year: Int) -> [LocalDate] {
        (rules[country] ?? []).flatMap { days($0, year) }
    }

    private static func days(_ rule: Substring, _ year: Int) -> [LocalDate] {
        if rule.hasPrefix("E") {
            guard let offset = Int(rule.dropFirst()) else { return [] }
            return [easter(of: year).adding(days: offset)]
        }
        if rule.contains("/") { return weekday(rule, year).map { [$0] } ?? [] }
        let isObserved = rule.hasSuffix("~")
        let parts = (isObserved ? rule.dropLast() : rule).split(separator: "-").compactMap { Int($0) }
        guard parts.count == 2, let day = LocalDate(year: year, month: parts[0], day: parts[1]) else { return [] }
        switch (isObserved, day.isoWeekday) {
        case (true, 6): return [day, day.adding(days: -1), day.adding(days: 2)]
        case (true, 7): return [day, day.adding(days: 1)]
        default: return [day]
        }
    }

    private static func weekday(_ rule: Substring, _ year: Int) -> LocalDate? {
        let parts = rule.split { $0 == "/" || $0 == "-" }
        guard parts.count == 3, let month = Int(parts[0]), let weekday = Int(parts[2]) else { return nil }
        if parts[1] == "L" {
            let next = LocalDate(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1)
            guard let last = next?.adding(days: -1) else { return nil }
            return last.adding(days: -((last.isoWeekday - weekday + 7) % 7))
        }
        guard let count = Int(parts[1]), let first = LocalDate(year: year, month: month, day: 1) else { return nil }
        return first.adding(days: (weekday - first.isoWeekday + 7) % 7 + (count - 1) * 7)
    }

    /// Easter Sunday of the Gregorian calendar, by the anonymous algorithm of 1876.
    static func easter(of year: Int) -> LocalDate {
        let golden = year % 19
        let century = year / 100
        let rest = year % 100
        let correction = (century - (century + 8) / 25 + 1) / 3
        let epact = (19 * golden + century - century / 4 - correction + 15) % 30
        let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7
        let shift = (golden + 11 * epact + 22 * weekday) / 451
        let days = epact + weekday - 7 * shift + 114
        let march = LocalDate(year: year, month: 3, day: 1)?.daysSince1970 ?? 0
        // The algorithm counts in months of 31 days from March on.
        return LocalDate(daysSince1970: march + (days / 31 - 3) * 31 + days % 31)
    }
}
