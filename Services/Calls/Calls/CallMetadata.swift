import JSON

/// What the free-form object of a call may hold beside being JSON, looked for in its bytes.
///
/// `jsonb` takes no NUL and writes numbers out: `1e100000` is eight bytes on the way in and a hundred thousand digits in
/// every list that shows the call.
enum CallMetadata {
    static let sizeLimit = 16 * 1024
    /// The largest exponent that a number may be written with, either way.
    static let exponentLimit = 30

    /// Code and detail of what is wrong with a valid document; nil when nothing is.
    static func fault(of document: JSONText) -> (code: String, detail: String)? {
        let bytes = document.bytes
        guard bytes.count <= sizeLimit else { return ("too_long", "at most \(sizeLimit) bytes") }
        guard bytes.first == UInt8(ascii: "{") else { return ("wrong_type", "object expected") }
        var isInString = false
        var at = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "\\"):
                if bytes[at...].starts(with: "\\u0000".utf8) {
                    return ("not_allowed", "a NUL character is not allowed")
                }
                at += 1
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                // Outside of strings, an e that follows a digit is that of an exponent.
                guard !isInString, isDigit(bytes[at - 1]) else { break }
                let digits = bytes[(at + 1)...].drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
                    .prefix(while: isDigit).drop { $0 == UInt8(ascii: "0") }
                guard digits.count <= 2, digits.reduce(0, { $0 * 10 + Int($1) - 48 }) <= exponentLimit else {
                    return ("out_of_range", "numbers with exponents up to \(exponentLimit) expected")
                }
            default: break
            }
            at += 1
        }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
