/// Texts in header fields: as they are, quoted, or as encoded words (RFC 2047), and never with a control character.
enum HeaderText {
    /// An encoded word may be 75 long (RFC 2047, 2), and the line with the field's name 76.
    private static let wordLimit = 60
    private static let prefix = "=?UTF-8?Q?"
    private static let suffix = "?="

    /// Any text, such as a subject.
    static func unstructured(_ text: String) throws(MailError) -> String {
        try check(text)
        return isPlain(text) ? text : encoded(text)
    }

    /// A name in front of an address.
    static func phrase(_ text: String) throws(MailError) -> String {
        try check(text)
        guard isPlain(text) else { return encoded(text) }
        guard text.utf8.contains(where: { !isWordByte($0) && $0 != UInt8(ascii: " ") }) else { return text }
        // Marks between words mean something there, unless they are quoted (RFC 5322, 3.2.4).
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private static func check(_ text: String) throws(MailError) {
        // The line and paragraph separators too: some readers break lines at them.
        let isBroken = text.unicodeScalars.contains {
            $0.value < 0x20 || (0x7f...0x9f).contains($0.value) || $0.value == 0x2028 || $0.value == 0x2029
        }
        guard !isBroken else { throw .controlCharacter }
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= wordLimit && text.utf8.allSatisfy { $0 < 0x80 } && !text.contains("=?")
            && text.first != " " && text.last != " "
    }

    /// Words of whole characters, each on a line of its own.
    private static func encoded(_ text: String) -> String {
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars {
            var piece = ""
            for byte in String(scalar).utf8 { piece += Self.piece(byte) }
            if prefix.utf8.count + word.utf8.count + piece.utf8.count + suffix.utf8.count > wordLimit {
                words.append(word)
                word = ""
            }
            word += piece
        }
        words.append(word)
        return words.map { prefix + $0 + suffix }.joined(separator: "\r\n ")
    }

    private static func piece(_ byte: UInt8) -> String {
        if byte == UInt8(ascii: " ") { return "_" }
        return isWordByte(byte) ? String(UnicodeScalar(byte)) : QuotedPrintable.escape(byte)
    }

    /// What may stand everywhere without being quoted or encoded: letters and digits (RFC 2047, 5 (3)).
    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
