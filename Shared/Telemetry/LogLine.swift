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
        appendEscaped(message.description)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func append(rendered: [UInt8]) {
        bytes.append(contentsOf: rendered)
    }

    mutating func append(_ field: LogField) {
        append(",\"")
        appendEscaped(field.name.description)
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

    private mutating func appendEscaped(_ text: String) {
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
        var parts = tm()
        var seconds = now.tv_sec
        gmtime_r(&seconds, &parts)
        appendNumber(Int(parts.tm_year) + 1900, width: 4)
        bytes.append(UInt8(ascii: "-"))
        appendNumber(Int(parts.tm_mon) + 1, width: 2)
        bytes.append(UInt8(ascii: "-"))
        appendNumber(Int(parts.tm_mday), width: 2)
        bytes.append(UInt8(ascii: "T"))
        appendNumber(Int(parts.tm_hour), width: 2)
        bytes.append(UInt8(ascii: ":"))
        appendNumber(Int(parts.tm_min), width: 2)
        bytes.append(UInt8(ascii: ":"))
        appendNumber(Int(parts.tm_sec), width: 2)
        bytes.append(UInt8(ascii: "."))
        appendNumber(now.tv_nsec / 1_000_000, width: 3)
        bytes.append(UInt8(ascii: "Z"))
    }

    private mutating func appendNumber(_ number: Int, width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8((number / divisor) % 10))
            divisor /= 10
        }
    }
}
