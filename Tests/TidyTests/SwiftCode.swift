/// Enough of Swift's grammar to tell code from comments and strings.
enum SwiftCode {
    private static let newline = UInt8(ascii: "\n")
    private static let quote = UInt8(ascii: "\"")
    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
    private static let hash = UInt8(ascii: "#")
    private static let backslash = UInt8(ascii: "\\")

    /// The text with the same lines, in which comments and the insides of strings are spaces.
    ///
    /// An interpolation counts as the inside of its string.
    static func code(of text: String) -> String {
        let bytes = Array(text.utf8)
        var result = bytes
        var at = 0
        while at < bytes.count {
            let end: Int
            switch bytes[at] {
            case slash where at + 1 < bytes.count && bytes[at + 1] == slash: end = endOfLine(bytes, at)
            case slash where at + 1 < bytes.count && bytes[at + 1] == star: end = endOfComment(bytes, at)
            case quote,
                hash where startsString(bytes, at):
                end = endOfString(bytes, at)
            default:
                at += 1
                continue
            }
            for index in at..<end where bytes[index] != newline { result[index] = UInt8(ascii: " ") }
            at = end
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The insides of the strings, each with the line that it starts on.
    static func strings(in text: String) -> [(line: Int, text: String)] {
        let bytes = Array(text.utf8)
        var found: [(line: Int, text: String)] = []
        var line = 1
        var at = 0
        while at < bytes.count {
            var end = at + 1
            if bytes[at] == slash, at + 1 < bytes.count, bytes[at + 1] == slash {
                end = endOfLine(bytes, at)
            } else if bytes[at] == slash, at + 1 < bytes.count, bytes[at + 1] == star {
                end = endOfComment(bytes, at)
            } else if startsString(bytes, at) {
                end = endOfString(bytes, at)
                found.append((line, String(decoding: bytes[at..<end], as: UTF8.self)))
            }
            for index in at..<end where bytes[index] == newline { line += 1 }
            at = end
        }
        return found
    }

    private static func endOfLine(_ bytes: [UInt8], _ start: Int) -> Int {
        bytes[start...].firstIndex(of: newline) ?? bytes.count
    }

    /// Comments nest in Swift.
    private static func endOfComment(_ bytes: [UInt8], _ start: Int) -> Int {
        var depth = 0
        var at = start
        while at + 1 < bytes.count {
            if bytes[at] == slash, bytes[at + 1] == star {
                depth += 1
                at += 2
            } else if bytes[at] == star, bytes[at + 1] == slash {
                depth -= 1
                at += 2
                if depth == 0 { return at }
            } else {
                at += 1
            }
        }
        return bytes.count
    }

    private static func startsString(_ bytes: [UInt8], _ start: Int) -> Bool {
        let first = bytes[start...].firstIndex { $0 != hash } ?? bytes.count
        return first < bytes.count && bytes[first] == quote
    }

    private static func endOfString(_ bytes: [UInt8], _ start: Int) -> Int {
        var at = start
        while bytes[at] == hash { at += 1 }
        let hashes = at - start
        let isLong = at + 2 < bytes.count && bytes[at + 1] == quote && bytes[at + 2] == quote
        let quotes = isLong ? 3 : 1
        at += quotes
        while at < bytes.count {
            if bytes[at] == backslash, run(of: hash, bytes, at + 1) >= hashes {
                at += 1 + hashes
                at = at < bytes.count && bytes[at] == UInt8(ascii: "(") ? endOfInterpolation(bytes, at) : at + 1
            } else if bytes[at] == quote, run(of: quote, bytes, at) >= quotes,
                run(of: hash, bytes, at + quotes) >= hashes
            {
                return at + quotes + hashes
            } else if bytes[at] == newline, !isLong {
                return at
            } else {
                at += 1
            }
        }
        return bytes.count
    }

    private static func endOfInterpolation(_ bytes: [UInt8], _ start: Int) -> Int {
        var depth = 0
        var at = start
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return at + 1 }
            case quote:
                at = endOfString(bytes, at)
                continue
            default: break
            }
            at += 1
        }
        return bytes.count
    }

    private static func run(of byte: UInt8, _ bytes: [UInt8], _ start: Int) -> Int {
        var at = start
        while at < bytes.count, bytes[at] == byte { at += 1 }
        return at - start
    }
}
