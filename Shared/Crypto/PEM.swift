/// The textual encoding of keys, RFC 7468.
enum PEM {
    /// The longest text that is read; an RSA key of 8192 bits needs a fifth of it.
    static let longestText = 16_384

    static func encode(_ der: [UInt8], label: String) -> String {
        var text = "-----BEGIN \(label)-----\n"
        var rest = Substring(Base64.standard.encode(der))
        while !rest.isEmpty {
            text += rest.prefix(64) + "\n"
            rest = rest.dropFirst(64)
        }
        return text + "-----END \(label)-----\n"
    }

    /// The only block of the text, or `nil` when there is none of this label or anything beside it.
    static func decode(_ text: String, label: String) -> [UInt8]? {
        guard text.utf8.count <= longestText else { return nil }
        let lines = text.split(whereSeparator: \.isNewline).map { $0.filter { $0 != " " && $0 != "\t" } }
        let mark = label.filter { $0 != " " }
        guard lines.count >= 3, lines.first == "-----BEGIN\(mark)-----", lines.last == "-----END\(mark)-----" else {
            return nil
        }
        return Base64.standard.decode(lines[1..<(lines.count - 1)].joined())
    }
}
