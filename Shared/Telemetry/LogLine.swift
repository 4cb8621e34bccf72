import Glibc

/// The bytes of one log line: a JSON object without line breaks, ended by one.
///
/// In raw memory of its own, because an array that grows and is checked at every word costs more than the words; each
/// append first makes sure of its room.
struct LogLine: ~Copyable {
    /// The most bytes of one text that a line carries, so that a line fits one `write` and a pipe's patience.
    static let longestText = 4096
    private static let ordinaryCapacity = 512

    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0

    init() {
        capacity = Self.ordinaryCapacity
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    /// What was written so far; valid until the next append.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// What stands between the time and the message in all lines of a level.
    static func opening(level: LogLevel, service: String) -> [UInt8] {
        var line = LogLine()
        line.append("\",\"level\":\"")
        line.append(text: level.rawValue)
        line.append("\",\"service\":\"")
        line.appendEscaped(service)
        line.append("\",\"message\":\"")
        return [UInt8](line.bytes)
    }

    mutating func begin(opening: [UInt8], message: StaticString) {
        append("{\"time\":\"")
        appendTime()
        append(rendered: opening)
        append(constant: message)
        append("\"")
    }

    mutating func append(rendered: [UInt8]) { rendered.withUnsafeBytes { append($0) } }

    mutating func append(_ field: LogField) {
        append(",\"")
        append(constant: field.name)
        append("\":")
        switch field.value {
        case .string(let text):
            append("\"")
            appendEscaped(text)
            append("\"")
        case .int(let number): appendNumber(number)
        case .double(let number): if number.isFinite { append(text: String(number)) } else { append("null") }
        case .bool(let flag): append(flag ? "true" : "false")
        }
    }

    mutating func end() { append("}\n") }

    // Bytes.

    private mutating func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(capacity * 2, count + more)
        let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        grown.update(from: base, count: count)
        base.deallocate()
        base = grown
    }

    private mutating func append(_ more: UnsafeRawBufferPointer) {
        guard let source = more.baseAddress else { return }
        reserve(more.count)
        memcpy(base + count, source, more.count)
        count += more.count
    }

    private mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    // Texts.

    /// A word of the program's own, which is not looked at again on every line: letters, digits and what stands between.
    private mutating func append(constant text: StaticString) {
        guard text.hasPointerRepresentation else { return appendEscaped(text.description) }
        let plain = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        assert(Self.isPlain(plain), "not plain: \(text)")
        append(plain)
    }

    /// Whether the bytes stand in a JSON string as they are, which nearly all do; eight are looked at together.
    private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count <= longestText, let base = text.baseAddress else { return text.isEmpty }
        let ones: UInt64 = 0x0101_0101_0101_0101
        // The high bit of each byte that is below 0x20, `"`, `\`, DEL or above ASCII. A borrow may set the bit of a good
        // byte behind a bad one, never clear that of a bad one, so the sum of all words tells.
        func odd(_ word: UInt64) -> UInt64 {
            let (quote, slash, delete) = (word ^ ones &* 0x22, word ^ ones &* 0x5c, word ^ ones &* 0x7f)
            return word | (word &- ones &* 0x20) | (quote &- ones) | (slash &- ones) | (delete &- ones)
        }
        var sum: UInt64 = 0
        var at = 0
        while at + 8 <= text.count {
            sum |= odd(base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        while at < text.count {
            guard text[at] &- 0x20 < 0x5f, text[at] != 0x22, text[at] != 0x5c else { return false }
            at += 1
        }
        return sum & (ones &* 0x80) == 0
    }

    private mutating func appendEscaped(_ text: String) {
        var text = text
        let isWritten = text.withUTF8 { plain in
            let plain = UnsafeRawBufferPointer(plain)
            guard Self.isPlain(plain) else { return false }
            append(plain)
            return true
        }
        guard !isWritten else { return }
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
            default: append(text: String(scalar))
            }
            written += UTF8.width(scalar)
        }
    }

    private mutating func appendUnicodeEscape(_ value: UInt32) {
        append("\\u")
        reserve(4)
        for shift in [12, 8, 4, 0] as [UInt32] {
            let digit = UInt8((value >> shift) & 0xF)
            put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    // Numbers.

    private mutating func appendNumber(_ number: Int) {
        // A sign and the digits of the largest.
        reserve(20)
        if number < 0 { put(UInt8(ascii: "-")) }
        var (width, bound) = (1, UInt(10))
        while number.magnitude >= bound, width < 19 { (width, bound) = (width + 1, bound * 10) }
        putDigits(number.magnitude, width: width)
    }

    private mutating func appendTime() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let (days, second) = now.tv_sec.quotientAndRemainder(dividingBy: 86_400)
        appendDate(days)
        reserve(16)
        put(UInt8(ascii: "T"))
        putPair(second / 3600)
        put(UInt8(ascii: ":"))
        putPair(second / 60 % 60)
        put(UInt8(ascii: ":"))
        putPair(second % 60)
        put(UInt8(ascii: "."))
        let milliseconds = now.tv_nsec / 1_000_000
        put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds / 100))
        putPair(milliseconds % 100)
        put(UInt8(ascii: "Z"))
    }

    /// The civil date of a day since 1970; `gmtime_r` takes the lock of the time zones for it.
    mutating func appendDate(_ days: Int) {
        // Counted from 1 March of year 0, so that a leap day is the last of its year, in eras of 400 years.
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        reserve(10)
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        putPair(year / 100)
        putPair(year % 100)
        put(UInt8(ascii: "-"))
        putPair(month)
        put(UInt8(ascii: "-"))
        putPair(dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    // Where room has been made.

    private mutating func put(_ byte: UInt8) {
        base[count] = byte
        count += 1
    }

    /// A number from 0 to 99.
    private mutating func putPair(_ number: Int) {
        base[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10)
        base[count + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
        count += 2
    }

    /// The last digits of a number that is not negative.
    private mutating func putDigits(_ number: some BinaryInteger, width: Int) {
        var rest = UInt(truncatingIfNeeded: number)
        for offset in stride(from: width - 1, through: 0, by: -1) {
            base[count + offset] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += width
    }
}
