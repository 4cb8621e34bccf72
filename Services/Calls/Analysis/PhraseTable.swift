/// A list of phrases under keys, written as text (`key: phrase, phrase`) and read once.
///
/// Text and not literals of dictionaries, because the compiler takes seconds for each hundred entries of those.
struct PhraseTable: Sendable {
    struct Entry: Sendable {
        let key: String
        let words: [String]
    }

    let entries: [Entry]
    let keys: [String]
    private let byFirstWord: [String: [Entry]]

    init(_ text: StaticString) {
        var entries: [Entry] = []
        var keys: [String] = []
        for line in "\(text)".split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let key = String(line[..<colon])
            if !keys.contains(key) { keys.append(key) }
            for phrase in line[line.index(after: colon)...].split(separator: ",") {
                let words = phrase.split(separator: " ").map(String.init)
                if !words.isEmpty { entries.append(Entry(key: key, words: words)) }
            }
        }
        self.entries = entries
        self.keys = keys
        byFirstWord = Dictionary(grouping: entries) { $0.words[0] }
    }

    /// The keys whose phrases stand among the words, each as often as it does.
    func matches(in words: [String]) -> [String] {
        words.indices.flatMap { index in
            (byFirstWord[words[index]] ?? []).filter { entry in
                words.count - index >= entry.words.count
                    && words[index..<index + entry.words.count].elementsEqual(entry.words)
            }.map(\.key)
        }
    }

    func hasMatch(in words: [String]) -> Bool { !matches(in: words).isEmpty }
}
