/// Looks for names that a JSON text gives twice in one object, which two readers could take for different values.
///
/// RFC 7519 section 4 asks for unique claim names. A name written with an escape counts as given twice: no claim needs
/// one, and it could be a second spelling.
enum MemberNames {
    /// Whether every object of the text gives each of its names once; the text is known to be well-formed.
    static func areUnique(in text: [UInt8]) -> Bool {
        var objects: [Set<ArraySlice<UInt8>>] = []
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): objects.append([])
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = objects.popLast()
            case UInt8(ascii: "\""):
                let start = index + 1
                index = end(ofStringAt: start, in: text)
                guard isName(stringEndingAt: index, in: text), !objects.isEmpty else { break }
                let name = text[start..<min(index, text.count)]
                guard !name.contains(UInt8(ascii: "\\")), objects[objects.count - 1].insert(name).inserted else {
                    return false
                }
            default: break
            }
            index += 1
        }
        return true
    }

    private static func end(ofStringAt start: Int, in text: [UInt8]) -> Int {
        var index = start
        while index < text.count, text[index] != UInt8(ascii: "\"") {
            index += text[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index
    }

    /// A string is a name when a colon follows it.
    private static func isName(stringEndingAt end: Int, in text: [UInt8]) -> Bool {
        let spaces = [UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t")]
        return text.dropFirst(end + 1).first { !spaces.contains($0) } == UInt8(ascii: ":")
    }
}
