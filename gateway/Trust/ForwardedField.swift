/// The elements of `Forwarded` fields (RFC 7239, 4): lists of `name=value` with semicolons, values bare or quoted.
enum ForwardedField {
    /// The last elements, in order, with their names in lower case.
    ///
    /// An element that is not well-formed is empty, so that whoever reads from the right stops there.
    static func elements(_ values: [String], limit: Int) -> [[String: String]] {
        values.flatMap { split($0, at: UInt8(ascii: ",")) }.suffix(limit).map(pairs)
    }

    private static func pairs(_ element: Substring) -> [String: String] {
        var found: [String: String] = [:]
        for pair in split(String(element), at: UInt8(ascii: ";")) {
            let pair = trimmed(pair)
            if pair.isEmpty { continue }
            guard let equals = pair.firstIndex(of: "="), let value = unquoted(pair[pair.index(after: equals)...]),
                found.updateValue(value, forKey: pair[..<equals].lowercased()) == nil
            else { return [:] }
        }
        return found
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    private static func unquoted(_ value: Substring) -> String? {
        guard value.first == "\"" else { return value.contains("\"") ? nil : String(value) }
        var text = ""
        var isEscaped = false
        var rest = value.dropFirst()
        while let character = rest.popFirst() {
            if isEscaped {
                text.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                return rest.isEmpty ? text : nil
            } else {
                text.append(character)
            }
        }
        return nil
    }

    /// Splits where the byte stands outside of quotes.
    private static func split(_ text: String, at separator: UInt8) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == separator, !isQuoted {
                parts.append(text[start..<index])
                start = text.utf8.index(after: index)
            }
        }
        parts.append(text[start...])
        return parts
    }
}
