/// Reads a document into a tape; keeps its own stack, so nesting costs no recursion.
struct JSONScanner {
    typealias Fault = JSONDecodingError.Syntax.Fault

    private let start: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private var at: UnsafePointer<UInt8>

    init(start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        self.start = start
        self.end = end
        at = start
    }

    var offset: Int { at - start }

    mutating func document(_ entries: inout [JSONTape.Entry]) throws(Fault) {
        if end - start >= 3, start[0] == 0xef, start[1] == 0xbb, start[2] == 0xbf {
            throw Fault("a byte order mark is not allowed")
        }
        var open: [Int] = []
        skipSpace()
        try value(&entries, &open)
        while let index = open.last {
            skipSpace()
            guard at < end else { throw Fault("the document ends early") }
            let isObject = entries[index].kind == .object
            let isFirst = entries[index].count == 0
            if at.pointee == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                at += 1
                entries[index].next = UInt32(entries.count)
                entries[index].end = UInt32(at - start)
                open.removeLast()
                continue
            }
            if !isFirst {
                guard at.pointee == UInt8(ascii: ",") else {
                    throw Fault(isObject ? "expected , or }" : "expected , or ]")
                }
                at += 1
                skipSpace()
            }
            entries[index].count += 1
            if isObject {
                guard at < end, at.pointee == UInt8(ascii: "\"") else { throw Fault("expected a name in quotes") }
                try string(&entries)
                skipSpace()
                guard at < end, at.pointee == UInt8(ascii: ":") else { throw Fault("expected :") }
                at += 1
                skipSpace()
            }
            try value(&entries, &open)
        }
        skipSpace()
        guard at == end else { throw Fault("something follows the document") }
    }

    @inline(__always)
    private mutating func skipSpace() {
        while at < end, at.pointee == 0x20 || at.pointee == 0x0a || at.pointee == 0x0d || at.pointee == 0x09 { at += 1 }
    }

    private mutating func value(_ entries: inout [JSONTape.Entry], _ open: inout [Int]) throws(Fault) {
        guard at < end else { throw Fault("the document ends early") }
        switch at.pointee {
        case UInt8(ascii: "\""): try string(&entries)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard open.count < JSONTape.mostLevels else { throw Fault("nested too deeply") }
            open.append(entries.count)
            append(at.pointee == UInt8(ascii: "{") ? .object : .array, count: 0, to: &entries)
            at += 1
        case UInt8(ascii: "t"): try word("true", .yes, &entries)
        case UInt8(ascii: "f"): try word("false", .no, &entries)
        case UInt8(ascii: "n"): try word("null", .null, &entries)
        case UInt8(ascii: "-"), 48...57: try number(&entries)
        default: throw Fault("expected a value")
        }
    }

    @inline(__always)
    private func append(_ kind: JSONTape.Kind, count: Int, flags: UInt8 = 0, to entries: inout [JSONTape.Entry]) {
        let next = UInt32(entries.count + 1)
        entries.append(
            JSONTape.Entry(
                offset: UInt32(at - start), end: UInt32(at - start + count), count: UInt32(count), next: next,
                hint: next, kind: kind, flags: flags))
    }

    private mutating func word(_ text: StaticString, _ kind: JSONTape.Kind, _ entries: inout [JSONTape.Entry])
        throws(Fault)
    {
        let length = text.utf8CodeUnitCount
        guard end - at >= length else { throw Fault("expected a value") }
        for index in 0..<length where at[index] != text.utf8Start[index] { throw Fault("expected a value") }
        append(kind, count: length, to: &entries)
        at += length
    }

    private mutating func number(_ entries: inout [JSONTape.Entry]) throws(Fault) {
        var next = at
        if next.pointee == UInt8(ascii: "-") { next += 1 }
        guard next < end, isDigit(next) else { throw Fault("expected a digit") }
        if next.pointee == UInt8(ascii: "0") {
            next += 1
            if next < end, isDigit(next) { throw Fault("a number may not begin with 0") }
        } else {
            while next < end, isDigit(next) { next += 1 }
        }
        var flags: UInt8 = 0
        if next < end, next.pointee == UInt8(ascii: ".") {
            next += 1
            guard next < end, isDigit(next) else { throw Fault("expected a digit") }
            while next < end, isDigit(next) { next += 1 }
            flags = JSONTape.fractional
        }
        if next < end, next.pointee | 0x20 == UInt8(ascii: "e") {
            next += 1
            if next < end, next.pointee == UInt8(ascii: "+") || next.pointee == UInt8(ascii: "-") { next += 1 }
            guard next < end, isDigit(next) else { throw Fault("expected a digit") }
            while next < end, isDigit(next) { next += 1 }
            flags = JSONTape.fractional
        }
        append(.number, count: next - at, flags: flags, to: &entries)
        at = next
    }

    @inline(__always)
    private func isDigit(_ pointer: UnsafePointer<UInt8>) -> Bool { pointer.pointee >= 48 && pointer.pointee <= 57 }

    private mutating func string(_ entries: inout [JSONTape.Entry]) throws(Fault) {
        at += 1
        let begin = at
        var flags: UInt8 = 0
        while true {
            guard at < end else { throw Fault("a string is not closed") }
            let byte = at.pointee
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                flags = JSONTape.escaped
                try escape()
            } else if byte < 0x20 {
                throw Fault("a control character in a string")
            } else if byte < 0x80 {
                at += 1
            } else {
                try character()
            }
        }
        let next = UInt32(entries.count + 1)
        entries.append(
            JSONTape.Entry(
                offset: UInt32(begin - start), end: UInt32(at - start + 1), count: UInt32(at - begin), next: next,
                hint: next,
                kind: .string, flags: flags))
        at += 1
    }

    /// Passes over an escape; surrogates come in pairs (RFC 8259, 7).
    private mutating func escape() throws(Fault) {
        guard end - at >= 2 else { throw Fault("a string is not closed") }
        switch at[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        case UInt8(ascii: "u"):
            guard let unit = JSONScanner.codeUnit(at + 2, end) else { throw Fault("a faulty \\u escape") }
            guard unit & 0xf800 == 0xd800 else {
                at += 6
                return
            }
            guard unit < 0xdc00, end - at >= 8, at[6] == UInt8(ascii: "\\"), at[7] == UInt8(ascii: "u"),
                let low = JSONScanner.codeUnit(at + 8, end), low & 0xfc00 == 0xdc00
            else { throw Fault("a lone surrogate") }
            at += 12
        default: throw Fault("an unknown escape")
        }
    }

    /// Four hexadecimal digits.
    static func codeUnit(_ pointer: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UInt32? {
        guard end - pointer >= 4 else { return nil }
        var unit: UInt32 = 0
        for index in 0..<4 {
            let byte = pointer[index]
            let digit: UInt8
            switch byte {
            case 48...57: digit = byte - 48
            case 65...70: digit = byte - 55
            case 97...102: digit = byte - 87
            default: return nil
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// Passes over one character of several bytes: well-formed UTF-8 (Unicode 3.9, table 3-7).
    private mutating func character() throws(Fault) {
        let lead = at.pointee
        let length: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xbf
        switch lead {
        case 0xc2...0xdf: length = 2
        case 0xe0: (length, low) = (3, 0xa0)
        case 0xed: (length, high) = (3, 0x9f)
        case 0xe1...0xef: length = 3
        case 0xf0: (length, low) = (4, 0x90)
        case 0xf1...0xf3: length = 4
        case 0xf4: (length, high) = (4, 0x8f)
        default: throw Fault("invalid UTF-8")
        }
        guard end - at >= length, at[1] >= low, at[1] <= high else { throw Fault("invalid UTF-8") }
        for index in 2..<max(2, length) where at[index] & 0xc0 != 0x80 { throw Fault("invalid UTF-8") }
        at += length
    }
}
