import Glibc

/// The `Date` field of a server's responses, made once a second.
///
/// Confined to its loop.
final class DateField {
    private var bytes: [UInt8] = []
    private var validUntil: UInt64 = 0

    /// Appends the field line for this moment of the loop's clock.
    func append(to output: OutputBuffer, at now: UInt64) {
        refresh(at: now)
        output.append(bytes)
    }

    /// Calls `body` with the field's value alone.
    func withValue<Result>(at now: UInt64, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        refresh(at: now)
        return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[6..<$0.count - 2])) }
    }

    private func refresh(at now: UInt64) {
        guard now >= validUntil else { return }
        validUntil = now + 1000
        bytes = Array("Date: \(HTTPDate.text(of: time(nil)))\r\n".utf8)
    }
}

/// The date format of HTTP (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The text of a number of seconds since 1970.
    package static func text(of seconds: Int) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let day = days[Int(parts.tm_wday)]
        let month = months[Int(parts.tm_mon)]
        return "\(day), \(two(parts.tm_mday)) \(month) \(Int(parts.tm_year) + 1900) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }

    private static func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
