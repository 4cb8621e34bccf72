/// Reads the few elements that are needed of an object store's XML.
///
/// The answers are flat and made by the store; no part of a document decides how another is read.
struct S3Answer {
    private let text: Substring

    init(_ bytes: [UInt8]) { text = Substring(String(decoding: bytes, as: UTF8.self)) }

    private init(_ text: Substring) { self.text = text }

    /// The insides of all elements of a name, in order.
    func blocks(_ name: String) -> [S3Answer] {
        var found: [S3Answer] = []
        var rest = text
        while let opening = rest.range(of: "<\(name)>"),
            let closing = rest[opening.upperBound...].range(of: "</\(name)>")
        {
            found.append(S3Answer(rest[opening.upperBound..<closing.lowerBound]))
            rest = rest[closing.upperBound...]
        }
        return found
    }

    /// The text of the first element of a name.
    func text(_ name: String) -> String? {
        guard let inside = blocks(name).first?.text else { return nil }
        return Self.unescaped(inside)
    }

    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("&") else { return String(text) }
        var out = ""
        var rest = text
        while let start = rest.firstIndex(of: "&"), let end = rest[start...].firstIndex(of: ";") {
            out += rest[..<start]
            let name = rest[rest.index(after: start)..<end]
            switch name {
            case "amp": out += "&"
            case "lt": out += "<"
            case "gt": out += ">"
            case "quot", "#34": out += "\""
            case "apos", "#39": out += "'"
            default: out += rest[start...end]
            }
            rest = rest[rest.index(after: end)...]
        }
        return out + rest
    }
}

extension Substring {
    /// The first occurrence of an ASCII word.
    fileprivate func range(of word: String) -> Range<Index>? {
        let (bytes, wanted) = (utf8, Array(word.utf8))
        var at = bytes.startIndex
        while let start = bytes[at...].firstIndex(of: wanted[0]) {
            guard let end = bytes.index(start, offsetBy: wanted.count, limitedBy: bytes.endIndex) else { return nil }
            if bytes[start..<end].elementsEqual(wanted) { return start..<end }
            at = bytes.index(after: start)
        }
        return nil
    }
}
