import Models

/// Finds the day that a promise names ("by Friday", "in two weeks"), counted from the day of the call.
///
/// A day that is meant to be past, or that no calendar has, is no day. "By the end of the week" is Friday: who promises
/// at work means a working day.
struct DueDateRules: Sendable {
    let callDate: LocalDate

    func day(in words: [String]) -> LocalDate? {
        for index in words.indices {
            if let day = day(at: index, in: words) { return day }
        }
        return nil
    }

    private func day(at index: Int, in words: [String]) -> LocalDate? {
        let rest = Array(words[index...].prefix(5))
        func begins(_ phrase: String...) -> Bool { rest.starts(with: phrase) }
        switch rest[0] {
        case "today", "tonight": return callDate
        case "tomorrow":
            let isAfter = index >= 2 && words[index - 2] == "day" && words[index - 1] == "after"
            return callDate.adding(days: isAfter ? 2 : 1)
        case "next":
            if begins("next", "week") { return friday(weeksAhead: 1) }
            if begins("next", "month") { return monthEnd(monthsAhead: 1) }
            if rest.count > 1, let weekday = Self.weekday(rest[1]) { return inNextWeek(weekday) }
            return nil
        case "end", "eod":
            if begins("eod") || begins("end", "of", "the", "day") || begins("end", "of", "day") { return callDate }
            if begins("end", "of", "the", "week") || begins("end", "of", "this", "week") || begins("end", "of", "week")
            {
                return friday(weeksAhead: 0)
            }
            if begins("end", "of", "next", "week") { return friday(weeksAhead: 1) }
            if begins("end", "of", "the", "month") || begins("end", "of", "month")
                || begins("end", "of", "this", "month")
            {
                return monthEnd(monthsAhead: 0)
            }
            return nil
        case "in", "within": return span(after: rest)
        default: return named(at: index, rest, words)
        }
    }

    private func named(at index: Int, _ rest: [String], _ words: [String]) -> LocalDate? {
        if let weekday = Self.weekday(rest[0]) {
            let isLast = index > 0 && words[index - 1] == "last"
            return isLast ? nil : coming(weekday)
        }
        if let month = Self.month(rest[0]), rest.count > 1, let day = Self.ordinal(rest[1]) {
            return coming(month: month, day: day)
        }
        guard let day = Self.ordinal(rest[0]), rest.count > 1 else { return nil }
        if let month = Self.month(rest[1]) { return coming(month: month, day: day) }
        if rest.count > 2, rest[1] == "of", let month = Self.month(rest[2]) { return coming(month: month, day: day) }
        return nil
    }

    /// "in two days", "within 3 weeks", "in a week".
    private func span(after rest: [String]) -> LocalDate? {
        var rest = rest.dropFirst()
        if rest.first == "the", rest.dropFirst().first == "next" { rest = rest.dropFirst(2) }
        guard let first = rest.first, let count = Self.count(first), let unit = rest.dropFirst().first else {
            return nil
        }
        switch unit {
        case "day", "days": return callDate.adding(days: count)
        case "week", "weeks": return callDate.adding(days: 7 * count)
        case "month", "months": return sameDay(monthsAhead: count)
        case "hour", "hours": return count <= 8 ? callDate : nil
        default: return nil
        }
    }

    /// The next such weekday; today's own name means in a week, since today is called today.
    private func coming(_ weekday: Int) -> LocalDate {
        let ahead = (weekday - callDate.isoWeekday + 7) % 7
        return callDate.adding(days: ahead == 0 ? 7 : ahead)
    }

    private func inNextWeek(_ weekday: Int) -> LocalDate { callDate.adding(days: 7 - callDate.isoWeekday + weekday) }

    /// Friday of this week, or today on a week-end.
    private func friday(weeksAhead: Int) -> LocalDate {
        if weeksAhead == 0, callDate.isoWeekday > 5 { return callDate }
        return callDate.adding(days: 5 - callDate.isoWeekday + 7 * weeksAhead)
    }

    private func monthEnd(monthsAhead: Int) -> LocalDate? {
        let months = callDate.year * 12 + callDate.month - 1 + monthsAhead + 1
        return LocalDate(year: months / 12, month: months % 12 + 1, day: 1)?.adding(days: -1)
    }

    private func sameDay(monthsAhead: Int) -> LocalDate? {
        guard monthsAhead <= 24 else { return nil }
        let months = callDate.year * 12 + callDate.month - 1 + monthsAhead
        return LocalDate(year: months / 12, month: months % 12 + 1, day: callDate.day)
            ?? monthEnd(monthsAhead: monthsAhead)
    }

    private func coming(month: Int, day: Int) -> LocalDate? {
        guard let date = LocalDate(year: callDate.year, month: month, day: day) else { return nil }
        return date < callDate ? LocalDate(year: callDate.year + 1, month: month, day: day) : date
    }

    private static func weekday(_ word: String) -> Int? {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        return days.firstIndex(of: word).map { $0 + 1 }
    }

    /// "May" is left out where no day stands after it, because it is mostly the verb.
    private static func month(_ word: String) -> Int? {
        let months = [
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november",
            "december",
        ]
        return months.firstIndex(of: word).map { $0 + 1 }
    }

    private static func ordinal(_ word: String) -> Int? {
        let digits = word.prefix { $0.isNumber }
        guard !digits.isEmpty, ["", "st", "nd", "rd", "th"].contains(word.dropFirst(digits.count)),
            let day = Int(digits)
        else {
            let names = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
            return names.firstIndex(of: word).map { $0 + 1 }
        }
        return (1...31).contains(day) ? day : nil
    }

    private static func count(_ word: String) -> Int? {
        let names = ["a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
        if word == "an" || word == "one" { return 1 }
        if word == "couple" { return 2 }
        if let index = names.firstIndex(of: word) { return index + 1 }
        guard let number = Int(word), (1...365).contains(number) else { return nil }
        return number
    }
}
