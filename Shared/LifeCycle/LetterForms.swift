/// The ways in which programs write a letter beyond ASCII: whole or with its accent after it, large or small, as it is or
/// escaped.
enum LetterForms {
    /// Letters with an accent that are also one scalar.
    private static let composed: [ClosedRange<UInt32>] = [0xC0...0x24F, 0x1E00...0x1EFF]
    private static let accents: ClosedRange<UInt32> = 0x300...0x36F
    private static let bases = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".unicodeScalars)

    /// A pattern of PostgreSQL that finds each of them, in the text of a document, in the escapes of JSON and of URLs, and
    /// in bytes as `encode(…, 'escape')` shows them.
    static func pattern(of letter: Character) -> String {
        let ways = spellings(of: letter).flatMap { scalars in
            [
                scalars.reduce(into: "") { $0.unicodeScalars.append($1) },
                scalars.map(inJSON).joined(),
                bytes(of: scalars) { "%" + padded($0, radix: 16, to: 2) },
                bytes(of: scalars) { #"\\"# + padded($0, radix: 8, to: 3) },
            ]
        }
        return "(?:" + Set(ways).sorted().joined(separator: "|") + ")"
    }

    /// What is the same letter to a reader.
    private static func spellings(of letter: Character) -> Set<[Unicode.Scalar]> {
        var found: Set<[Unicode.Scalar]> = []
        for form in [String(letter), letter.lowercased(), letter.uppercased()] {
            found.insert(Array(form.unicodeScalars))
            guard form.count == 1, let one = form.first else { continue }
            for scalar in composed.joined().lazy.compactMap(Unicode.Scalar.init) where Character(scalar) == one {
                found.insert([scalar])
            }
            for base in bases {
                for accent in accents.lazy.compactMap(Unicode.Scalar.init) {
                    var text = String(base)
                    text.unicodeScalars.append(accent)
                    if text == form { found.insert([base, accent]) }
                }
            }
        }
        return found
    }

    /// Perhaps with its backslash twice, as the text of bytes has it.
    private static func inJSON(_ scalar: Unicode.Scalar) -> String {
        guard !scalar.isASCII else { return String(scalar) }
        return String(scalar).utf16.map { #"\\\\?u"# + padded(Int($0), radix: 16, to: 4) }.joined()
    }

    /// Letters of ASCII are never escaped.
    private static func bytes(of scalars: [Unicode.Scalar], escaped: (Int) -> String) -> String {
        scalars.map { scalar in
            scalar.isASCII ? String(scalar) : String(scalar).utf8.map { escaped(Int($0)) }.joined()
        }.joined()
    }

    private static func padded(_ number: Int, radix: Int, to count: Int) -> String {
        let digits = String(number, radix: radix)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
