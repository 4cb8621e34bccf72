import Glibc

/// The bytes of one log line: a JSON object without line breaks, ended by one.
struct LogLine {
    /// The most bytes of one text that a line carries, so that a line fits one `write` and a pipe's patience.
    static let longestText = 4096

    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(256)
    }

    mutating func begin(level: LogLevel, service: String, message: StaticString) {
        append("{\"time\":\"")
        appendTime()
        append("\",\"level\":\"")
        append(level.rawValue)
        append("\",\"service\":\"")
        appendEscaped(service)
        append("\",\"message\":\"")
        append(constant: message)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func append(rendered: [UInt8]) {
        bytes.append(contentsOf: rendered)
    }

    mutating func append(_ field: LogField) {
        append(",\"")
        append(constant: field.name)
        append("\":")
        switch field.value {
        case .string(let text):
            bytes.append(UInt8(ascii: "\""))
            appendEscaped(text)
            bytes.append(UInt8(ascii: "\""))
        case .int(let number): append(String(number))
        case .double(let number): append(number.isFinite ? String(number) : "null")
        case .bool(let flag): append(flag ? "true" : "false")
        }
    }

    mutating func end() {
        bytes.append(UInt8(ascii: "}"))
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// A word of the program's own, which is rarely anything but plain ASCII.
    private mutating func append(constant text: StaticString) {
        guard text.hasPointerRepresentation else { return appendEscaped(text.description) }
        let plain = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        if Self.isPlain(plain) { bytes.append(contentsOf: plain) } else { appendEscaped(text.description) }
    }

    /// Whether the bytes stand in a JSON string as they are, which nearly all do.
    private static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= longestText else { return false }
        // Without an early end, so that the compiler takes many bytes at once.
        var odd: UInt8 = 0
        for byte in text {
            odd |= byte &- 0x20 >= 0x5F ? 1 : 0
            odd |= byte == 0x22 ? 1 : 0
            odd |= byte == 0x5C ? 1 : 0
        }
        return odd == 0
    }

    private mutating func appendEscaped(_ text: String) {
        let isWritten = text.utf8.withContiguousStorageIfAvailable { plain in
            guard Self.isPlain(plain) else { return false }
            bytes.append(contentsOf: plain)
            return true
        }
        guard isWritten != true else { return }
        var written = 0
        for scalar in text.unicodeScalars {
            guard written < Self.longestText else { return append("…") }
            switch scalar.value {
            case 0x22: append("\\\"")
            case 0x5C: append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            // Control characters, and the line separators that some readers take for the end of a line.
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: appendUnicodeEscape(scalar.value)
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
            written += UTF8.width(scalar)
        }
    }

    private mutating func appendUnicodeEscape(_ value: UInt32) {
        append("\\u")
        for shift in [12, 8, 4, 0] as [UInt32] {
            let digit = UInt8((value >> shift) & 0xF)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    private mutating func appendTime() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let (days, second) = now.tv_sec.quotientAndRemainder(dividingBy: 86_400)
        appendDate(days)
        bytes.append(UInt8(ascii: "T"))
        appendNumber(second / 3600, width: 2)
        bytes.append(UInt8(ascii: ":"))
        appendNumber(second / 60 % 60, width: 2)
        bytes.append(UInt8(ascii: ":"))
        appendNumber(second % 60, width: 2)
        bytes.append(UInt8(ascii: "."))
        appendNumber(now.tv_nsec / 1_000_000, width: 3)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// The civil date of a day since 1970; `gmtime_r` takes the lock of the time zones for it.
    mutating func appendDate(_ days: Int) {
        // Counted from 1 March of year 0, so that a leap day is the last of its year, in eras of 400 years.
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        appendNumber(era * 400 + yearOfEra + (month <= 2 ? 1 : 0), width: 4)
        bytes.append(UInt8(ascii: "-"))
        appendNumber(month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        appendNumber(dayOfYear - (153 * shifted + 2) / 5 + 1, width: 2)
    }

    private mutating func appendNumber(_ number: Int, width: Int) {
        if width > 2 { appendNumber(number / 100, width: width - 2) }
        let rest = UInt8(truncatingIfNeeded: number % 100)
        if width > 1 { bytes.append(UInt8(ascii: "0") + rest / 10) }
        bytes.append(UInt8(ascii: "0") + rest % 10)
    }
}
