import Models

/// `Thu, 01 Jan 2026 12:00:00 +0000`, the form of dates in mail (RFC 5322, 3.3), which carriers use.
enum MailDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Nil for any other form.
    static func instant(_ text: String) -> Timestamp? {
        var words = text.split(separator: " ")
        if words.first?.hasSuffix(",") == true { words.removeFirst() }
        guard words.count >= 4, let day = Int(words[0]), let month = months.firstIndex(of: String(words[1])),
            let year = Int(words[2]), let date = LocalDate(year: year, month: month + 1, day: day)
        else { return nil }
        let clock = words[3].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, clock[0] < 24, clock[1] < 60, clock[2] <= 60, clock.allSatisfy({ $0 >= 0 }) else {
            return nil
        }
        var offset = 0
        if words.count > 4, let sign = words[4].first, sign == "+" || sign == "-" {
            guard words[4].count == 5, let number = Int(words[4].dropFirst()) else { return nil }
            offset = (number / 100 * 60 + number % 100) * (sign == "-" ? -60 : 60)
        }
        let seconds = date.daysSince1970 * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2] - offset
        return Timestamp(seconds: Int64(seconds))
    }
}
