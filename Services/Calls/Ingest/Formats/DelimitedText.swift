/// Rows of text whose fields stand between separators, some in quotes (RFC 4180, any separator).
enum DelimitedText {
    private static let mostFields = 200

    /// The rows with their text, read line by line where they cannot be read as a whole; nil for a line that is no row.
    static func records(of text: String, separator: Character = ",") -> [(text: String, fields: [String]?)] {
        if let rows = rows(of: text, separator: separator) {
            return rows.map { ($0.joined(separator: String(separator)), $0) }
        }
        return text.split(whereSeparator: \.isNewline).map { line in
            (String(line), rows(of: String(line), separator: separator)?.first)
        }
    }

    /// The rows; empty lines are left out.
    ///
    /// Nil for a quote that never ends or a row of too many fields.
    static func rows(of text: String, separator: Character = ",") -> [[String]]? {
        guard let mark = separator.asciiValue else { return nil }
        var rows: [[String]] = []
        var row: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var wasQuoted = false
        let bytes = Array(text.utf8)
        func finishField() {
            row.append(String(decoding: field, as: UTF8.self))
            field = []
            wasQuoted = false
        }
        func finishRow() {
            if row.isEmpty, field.isEmpty, !wasQuoted { return }
            finishField()
            rows.append(row)
            row = []
        }
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if isQuoted {
                guard byte == UInt8(ascii: "\"") else {
                    field.append(byte)
                    continue
                }
                if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
                    field.append(byte)
                    at += 1
                } else {
                    isQuoted = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where field.isEmpty && !wasQuoted:
                isQuoted = true
                wasQuoted = true
            case mark: finishField()
            case UInt8(ascii: "\n"): finishRow()
            case UInt8(ascii: "\r"): break
            default: field.append(byte)
            }
            guard row.count <= mostFields else { return nil }
        }
        guard !isQuoted else { return nil }
        finishRow()
        return rows
    }
}
