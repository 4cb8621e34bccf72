import CCLD2

/// Tells the language of a text by its letters and words, where no engine has said it.
enum LanguageDetector {
    /// Of fewer letters and digits nothing is said.
    private static let leastBytes = 20
    /// Of a text in several languages one must have so much, in percent.
    private static let leastShare: Int32 = 60

    /// The code that engines and settings have for the language; nil for a text that does not tell.
    static func language(of text: String) -> String? {
        guard text.utf8.count >= leastBytes else { return nil }
        var text = text
        let found = text.withUTF8 { bytes -> String? in
            var code = [CChar](repeating: 0, count: 32)
            var share: Int32 = 0
            let length = bytes.withMemoryRebound(to: CChar.self) { chars in
                switchboard_language(chars.baseAddress, chars.count, &code, code.count, &share)
            }
            guard length > 0, share >= leastShare else { return nil }
            return String(decoding: code.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return found.flatMap(known)
    }

    /// The language of a transcript: what was asked for, what the engine is sure of, what its words tell, else `und`.
    static func decide(asked: String?, heard: String?, words: [RecognisedSegment]) -> String {
        asked ?? heard ?? language(of: words.map(\.text).joined(separator: "\n")) ?? "und"
    }

    /// CLD2 has some codes that were replaced long ago, and writing systems beside languages.
    private static func known(_ code: String) -> String? {
        let parts = code.lowercased().split(separator: "-")
        let renamed = ["iw": "he", "in": "id", "ji": "yi", "jv": "jw", "nb": "no", "fil": "tl", "mo": "ro"]
        guard let base = parts.first.map(String.init) else { return nil }
        let language = renamed[base] ?? base
        return SpokenLanguages.isKnown(language) ? language : nil
    }
}
