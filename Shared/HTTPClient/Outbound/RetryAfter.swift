import Glibc

/// The `Retry-After` header (RFC 9110, 10.2.3): seconds, or an HTTP date.
package struct RetryAfter: Sendable {
    package let duration: Duration

    /// Nil when the value is neither; a date in the past is no wait at all.
    package init?(_ value: String, now: Int = time(nil)) {
        if !value.isEmpty, value.utf8.allSatisfy({ (48...57).contains($0) }) {
            // More digits than fit are as good as a day.
            duration = .seconds(min(Int(value) ?? 86_400, 86_400))
            return
        }
        guard let instant = Self.instant(value) else { return nil }
        duration = .seconds(min(max(0, instant - now), 86_400))
    }

    /// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`, the only date form that is still sent.
    private static func instant(_ value: String) -> Int? {
        let words = value.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]), (1970...9999).contains(year)
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        var parts = tm()
        parts.tm_year = Int32(year - 1900)
        parts.tm_mon = Int32(month)
        parts.tm_mday = Int32(day)
        return timegm(&parts) + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
