/// Text in lines of at most 76 harmless bytes (RFC 2045, 6.7).
enum QuotedPrintable {
    private static let lineLimit = 76
    private static let digits = Array("0123456789ABCDEF")

    /// The text with CR and LF after each line, the last one too.
    static func encode(_ text: String) -> String {
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { encode(line: $0) + "\r\n" }.joined()
    }

    static func escape(_ byte: UInt8) -> String { "=\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])" }

    private static func encode(line: Substring) -> String {
        let bytes = Array(line.utf8)
        var encoded = ""
        var length = 0
        for (index, byte) in bytes.enumerated() {
            let isBlank = byte == 0x20 || byte == 0x09
            // A blank at the end of a line is lost on the way.
            let isKept = isBlank ? index < bytes.count - 1 : (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "=")
            let piece = isKept ? String(UnicodeScalar(byte)) : escape(byte)
            // One place is for the mark that the line goes on.
            if length + piece.utf8.count > lineLimit - 1 {
                encoded += "=\r\n"
                length = 0
            }
            encoded += piece
            length += piece.utf8.count
        }
        return encoded
    }
}
