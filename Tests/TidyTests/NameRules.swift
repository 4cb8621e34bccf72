/// Words that say nothing, or that will be wrong in a year.
enum NameRules {
    private static let banned: Set<String> = [
        "Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Core", "Base", "Impl",
        "Info", "New", "V2",
        "Legacy", "Misc",
    ]
    private static let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "actor", "typealias"]

    static func fileNames(_ file: SourceFile) -> [Offence] {
        guard file.isSwift, let word = bannedWord(in: file.name.prefix { $0 != "." }) else { return [] }
        return [Offence(path: file.path, line: 1, reason: "the word \(word) says nothing in a file's name")]
    }

    static func typeNames(_ file: SourceFile) -> [Offence] {
        guard file.isSwift else { return [] }
        return file.codeLines.enumerated().compactMap { index, line in
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            guard let kind = words.firstIndex(where: kinds.contains), kind + 1 < words.count,
                words[kind + 1].first?.isUppercase == true, let word = bannedWord(in: words[kind + 1])
            else { return nil }
            return Offence(path: file.path, line: index + 1, reason: "the word \(word) says nothing in a type's name")
        }
    }

    /// `Data` only as the last word: `DataSubject` is a word of the product.
    static func bannedWord(in name: Substring) -> String? {
        let words = words(of: name)
        if let word = words.first(where: banned.contains) { return word }
        return words.last == "Data" ? "Data" : nil
    }

    /// `HTTPCallList` is HTTP, Call, List; digits belong to the word before them.
    static func words(of name: Substring) -> [String] {
        let letters = Array(name)
        var words: [String] = []
        for (index, letter) in letters.enumerated() {
            let before = index > 0 ? letters[index - 1] : "_"
            let after = index + 1 < letters.count ? letters[index + 1] : "_"
            let starts = letter.isUppercase && (!before.isUppercase || after.isLowercase)
            if starts || words.isEmpty || before == "+" { words.append("") }
            if letter.isLetter || letter.isNumber { words[words.count - 1].append(letter) }
        }
        return words
    }
}
