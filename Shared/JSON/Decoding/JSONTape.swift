/// A document cut into a flat list of values: one pass, strict, nothing copied.
///
/// Valid UTF-8 only; no byte order mark, control characters, lone surrogates, leading zeros, trailing commas or data
/// after the value; at most 64 levels. Members are two entries each: the name, then the value.
struct JSONTape {
    enum Kind: UInt8 {
        case null, yes, no, number, string, array, object
    }

    struct Entry {
        /// Where the value begins; of a string, behind its quote.
        var offset: UInt32
        /// Where the value ends, its closing quote or bracket included.
        var end: UInt32
        /// Bytes of a number or string; elements of an array; members of an object.
        var count: UInt32
        /// The entry behind the value and all that it holds.
        var next: UInt32
        /// Of an object: where to look for the next name first, as names mostly come in the order they are asked for.
        var hint: UInt32
        var kind: Kind
        var flags: UInt8
    }

    /// The string has escapes.
    static let escaped: UInt8 = 1
    /// The number has a fraction or an exponent.
    static let fractional: UInt8 = 2
    /// The name was asked for, or the object's names were listed.
    static let used: UInt8 = 4

    static let mostLevels = 64
    /// Offsets are 32 bits wide.
    static let mostBytes = Int(Int32.max)

    /// Checks that bytes are one document.
    static func check(_ bytes: [UInt8]) throws(JSONDecodingError) {
        var entries: [Entry] = []
        try parse(bytes, into: &entries)
    }

    /// Cuts a document; `entries` is emptied first and keeps its memory.
    static func parse(_ bytes: [UInt8], into entries: inout [Entry]) throws(JSONDecodingError) {
        entries.removeAll(keepingCapacity: true)
        let failure: JSONDecodingError.Syntax? = bytes.withUnsafeBufferPointer { buffer in
            guard buffer.count <= mostBytes else { return .init(offset: 0, reason: "the document is too large") }
            guard let start = buffer.baseAddress else { return .init(offset: 0, reason: "the document is empty") }
            var scanner = JSONScanner(start: start, end: start + buffer.count)
            do throws(JSONDecodingError.Syntax.Fault) {
                try scanner.document(&entries)
                return nil
            } catch {
                return .init(offset: scanner.offset, reason: error.reason)
            }
        }
        if let failure { throw JSONDecodingError(syntax: failure) }
    }
}

extension JSONDecodingError.Syntax {
    /// A fault on its way out of the scanner, which knows the place.
    struct Fault: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }
}
