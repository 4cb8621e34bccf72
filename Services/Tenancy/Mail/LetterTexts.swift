import Models

/// The words of every letter, by kind and language.
enum LetterTexts {
    /// One text a language: a block of each kind, and of words that stand in letters.
    ///
    /// A block is the kind, the subject, the paragraphs, and the label of the button after `>`. Names in braces are a
    /// letter's values.
    private static let texts = ["en": english, "de": german, "fr": french, "es": spanish, "th": thai]
    /// The languages that letters are written in.
    static let languages = texts.keys.sorted()

    struct Words: Sendable {
        let subject: String
        let paragraphs: [String]
        let label: String?
    }

    private static let words: [String: [String: Words]] = texts.mapValues { text in
        var found: [String: Words] = [:]
        for block in blocks(text) where block.count > 1 {
            let body = block.dropFirst(2)
            let label = body.last.flatMap { $0.hasPrefix("> ") ? String($0.dropFirst(2)) : nil }
            found[block[0]] = Words(
                subject: block[1], paragraphs: Array(label == nil ? body : body.dropLast()), label: label)
        }
        return found
    }

    /// Words of values, such as what was done to a passkey.
    private static let values: [String: [String: String]] = texts.mapValues { text in
        var found: [String: String] = [:]
        for line in blocks(text).first(where: { $0[0] == "words" })?.dropFirst() ?? [] {
            let parts = line.split(separator: "=").map { $0.trimmed }
            if parts.count == 2 { found[parts[0]] = parts[1] }
        }
        return found
    }

    private static func blocks(_ text: String) -> [[String]] {
        text.split(separator: "\n\n").map { $0.split(separator: "\n").map(String.init) }
    }

    /// The words of a kind in a language, else in English; nil for a kind that has none.
    static func words(of kind: Letter.Kind, in language: String) -> (language: String, words: Words)? {
        let wanted = String(language.prefix { $0 != "-" }).lowercased()
        for language in [wanted, "en"] {
            if let words = words[language]?[kind.rawValue] { return (language, words) }
        }
        return nil
    }

    /// Puts a letter into words.
    static func mail(_ letter: Letter, id: MailID) -> InternalAPI.Mail? {
        guard let (language, words) = words(of: letter.kind, in: letter.language) else { return nil }
        func fill(_ text: String) -> String {
            // Longer names first would not matter: names are delimited by their braces.
            letter.values.reduce(text) { text, value in
                let word = value.key == "change" ? values[language]?[value.value] : nil
                return text.replacing("{\(value.key)}", with: word ?? value.value)
            }
        }
        return InternalAPI.Mail(
            id: id, kind: letter.kind.rawValue, to: letter.to, toName: letter.toName, fromName: letter.values["tenant"],
            language: language, subject: fill(words.subject), paragraphs: words.paragraphs.map(fill),
            action: letter.url.flatMap { url in words.label.map { InternalAPI.MailAction(label: $0, url: url) } })
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
