import Models

/// The rule for all years to come at the end of a zone's file: `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 8536, 3.3).
struct ZoneFooter: Sendable {
    /// A day of each year and the second of it by the clock that changes.
    private enum Rule {
        case month(Int, week: Int, weekday: Int)
        /// 1 to 365, 29 February never counted.
        case julian(Int)
        case day(Int)
    }

    private let standard: Int64
    private let summer: (offset: Int64, from: (Rule, Int64), to: (Rule, Int64))?

    init?(_ text: String) {
        var rest = Substring(text)
        guard Self.name(&rest), let west = Self.clock(&rest) else { return nil }
        standard = -west
        guard !rest.isEmpty else {
            summer = nil
            return
        }
        guard Self.name(&rest) else { return nil }
        let offset = rest.first == "," ? standard + 3_600 : Self.clock(&rest).map { -$0 }
        guard let offset, let from = Self.change(&rest), let to = Self.change(&rest), rest.isEmpty else { return nil }
        summer = (offset, from, to)
    }

    /// Seconds east of UTC at an instant.
    func offset(at seconds: Int64) -> Int64 {
        guard let summer else { return standard }
        let local = seconds + standard
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        let year = LocalDate(daysSince1970: Int(days)).year
        let from = Self.instant(summer.from, year) - standard
        let to = Self.instant(summer.to, year) - summer.offset
        let isSummer = from < to ? seconds >= from && seconds < to : seconds >= from || seconds < to
        return isSummer ? summer.offset : standard
    }

    /// The seconds since 1970 that the clock shows when a rule strikes.
    private static func instant(_ rule: (Rule, Int64), _ year: Int) -> Int64 {
        let newYear = LocalDate(year: year, month: 1, day: 1)?.daysSince1970 ?? 0
        let days: Int =
            switch rule.0 {
            case .day(let day): newYear + day
            case .julian(let day):
                newYear + day - 1 + (day >= 60 && LocalDate(year: year, month: 2, day: 29) != nil ? 1 : 0)
            case .month(let month, let week, let weekday): day(weekday, week, of: month, year)
            }
        return Int64(days) * 86_400 + rule.1
    }

    private static func day(_ weekday: Int, _ week: Int, of month: Int, _ year: Int) -> Int {
        guard let first = LocalDate(year: year, month: month, day: 1) else { return 0 }
        let next =
            month == 12 ? LocalDate(year: year + 1, month: 1, day: 1) : LocalDate(year: year, month: month + 1, day: 1)
        let ahead = (weekday - first.isoWeekday % 7 + 7) % 7
        var day = first.daysSince1970 + ahead + (week - 1) * 7
        // Week 5 is the last one, which may be the fourth.
        while let next, day >= next.daysSince1970 { day -= 7 }
        return day
    }

    private static func name(_ rest: inout Substring) -> Bool {
        if rest.first == "<" {
            guard let end = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let letters = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest[letters.endIndex...]
        return letters.count >= 3
    }

    /// `[+-]h[:mm[:ss]]` in seconds.
    private static func clock(_ rest: inout Substring) -> Int64? {
        let text = rest.prefix { $0.isNumber || $0 == ":" || $0 == "+" || $0 == "-" }
        rest = rest[text.endIndex...]
        let isNegative = text.first == "-"
        let parts = text.drop { $0 == "+" || $0 == "-" }.split(separator: ":").map { Int64($0) }
        guard (1...3).contains(parts.count), let hours = parts[0], hours <= 167 else { return nil }
        let minutes = parts.count > 1 ? parts[1] : 0
        let seconds = parts.count > 2 ? parts[2] : 0
        guard let minutes, let seconds else { return nil }
        let all = hours * 3_600 + minutes * 60 + seconds
        return isNegative ? -all : all
    }

    private static func change(_ rest: inout Substring) -> (Rule, Int64)? {
        guard rest.first == "," else { return nil }
        let text = rest.dropFirst().prefix { $0 != "," && $0 != "/" }
        rest = rest[text.endIndex...]
        var time: Int64 = 7_200
        if rest.first == "/" {
            rest = rest.dropFirst()
            guard let given = clock(&rest) else { return nil }
            time = given
        }
        if text.first == "M" {
            let parts = text.dropFirst().split(separator: ".").compactMap { Int($0) }
            guard parts.count == 3, (1...12).contains(parts[0]), (1...5).contains(parts[1]), (0...6).contains(parts[2])
            else { return nil }
            return (.month(parts[0], week: parts[1], weekday: parts[2]), time)
        }
        if text.first == "J" { return Int(text.dropFirst()).map { (.julian($0), time) } }
        return Int(text).map { (.day($0), time) }
    }
}
