import Glibc
package import JSON

/// An instant, in microseconds since 1970 in UTC; on the wire RFC 3339 with milliseconds and `Z`.
package struct Timestamp: JSONScalar, Hashable, Comparable {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package init(milliseconds: Int64) { microseconds = milliseconds * 1000 }

    package init(seconds: Int64) { microseconds = seconds * 1_000_000 }

    /// The system clock's reading.
    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// Whole seconds since 1970, rounded down, as tokens carry them.
    package var seconds: Int64 { microseconds.flooredQuotient(by: 1_000_000) }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    package static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (seconds, attoseconds) = right.components
        return Timestamp(microseconds: left.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    package static func - (left: Timestamp, right: Duration) -> Timestamp { left + (.zero - right) }

    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        .microseconds(left.microseconds - right.microseconds)
    }

    // The wire's form.

    package init(jsonText: String) throws(JSONScalarError) {
        guard let parsed = Timestamp(rfc3339: jsonText) else {
            throw JSONScalarError(code: "invalid_format", detail: "RFC 3339 date-time expected")
        }
        self = parsed
    }

    package var jsonText: String { rfc3339 }

    package static var example: Timestamp { Timestamp(milliseconds: 1_767_225_600_000) }
    package static var format: String { "date-time" }
    package static var schemaDescription: String { "An instant, RFC 3339 in UTC with milliseconds." }
}

extension Timestamp: CustomStringConvertible {
    package var description: String { rfc3339 }

    /// The day and the milliseconds since its beginning.
    private var parts: (date: LocalDate, inDay: Int) {
        let milliseconds = microseconds.flooredQuotient(by: 1000)
        let days = milliseconds.flooredQuotient(by: 86_400_000)
        let inDay = Int(milliseconds - days * 86_400_000)
        let date = LocalDate(daysSince1970: Int(days))
        return (date, inDay)
    }

    /// The instant as `2026-01-01T00:00:00.000Z`.
    package var rfc3339: String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            format(into: UnsafeMutableRawBufferPointer(buffer))
            return 24
        }
    }

    package func write(into text: inout JSONTextWriter) {
        withUnsafeTemporaryAllocation(byteCount: 24, alignment: 1) { buffer in
            format(into: buffer)
            text.append(ascii: UnsafeRawBufferPointer(buffer))
        }
    }

    /// Writes the 24 characters.
    private func format(into buffer: UnsafeMutableRawBufferPointer) {
        let (date, inDay) = parts
        func put(_ value: Int, at index: Int, digits: Int) {
            var rest = value
            for offset in (0..<digits).reversed() {
                buffer[index + offset] = UInt8(48 + rest % 10)
                rest /= 10
            }
        }
        put(date.year, at: 0, digits: 4)
        buffer[4] = 45
        put(date.month, at: 5, digits: 2)
        buffer[7] = 45
        put(date.day, at: 8, digits: 2)
        buffer[10] = 84
        put(inDay / 3_600_000, at: 11, digits: 2)
        buffer[13] = 58
        put(inDay / 60_000 % 60, at: 14, digits: 2)
        buffer[16] = 58
        put(inDay / 1000 % 60, at: 17, digits: 2)
        buffer[19] = 46
        put(inDay % 1000, at: 20, digits: 3)
        buffer[23] = 90
    }

    /// Reads RFC 3339: years 0001 to 9999, any offset, up to nine digits of a second; a leap second becomes the next one.
    package init?(rfc3339 text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(digits: 4), scanner.skip("-"), let month = scanner.number(digits: 2),
            scanner.skip("-"), let day = scanner.number(digits: 2), scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.number(digits: 2), hour < 24, scanner.skip(":"),
            let minute = scanner.number(digits: 2), minute < 60, scanner.skip(":"),
            let second = scanner.number(digits: 2), second <= 60,
            year >= 1, let date = LocalDate(year: year, month: month, day: day)
        else { return nil }
        var micros = 0
        if scanner.skip(".") {
            guard let fraction = scanner.fraction() else { return nil }
            micros = fraction
        }
        guard let offset = scanner.offsetMinutes(), scanner.isAtEnd else { return nil }
        let minutes = Int64(date.daysSince1970) * 1440 + Int64(hour * 60 + minute - offset)
        microseconds = (minutes * 60 + Int64(second)) * 1_000_000 + Int64(micros)
    }
}

extension Int64 {
    /// The quotient rounded towards minus infinity.
    func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
