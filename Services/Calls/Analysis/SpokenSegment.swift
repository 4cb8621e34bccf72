import Models

/// A segment with its words cut and its sentences apart, as the rules read it.
struct SpokenSegment: Sendable {
    struct Sentence: Sendable {
        var text: String
        var words: [String]
        var isQuestion: Bool
    }

    let id: Int
    let speaker: Speaker
    let words: [String]
    let sentences: [Sentence]

    init(_ segment: Transcript.Segment) {
        id = segment.id
        speaker = segment.speaker
        sentences = SpokenSegment.sentences(of: segment.text)
        words = sentences.flatMap(\.words)
    }

    /// Whether the agent may have said it; without known speakers anybody may.
    var isAgents: Bool { speaker != .customer }
    var isCustomers: Bool { speaker != .agent }

    /// Ends are `.`, `!` and `?` before white space; a full stop within a number or an abbreviation has none after it.
    private static func sentences(of text: String) -> [Sentence] {
        var sentences: [Sentence] = []
        var current = ""
        func close() {
            let trimmed = current.trimmed
            current = ""
            let words = WordCutter.cut(trimmed).map(\.text)
            guard !words.isEmpty else { return }
            sentences.append(Sentence(text: trimmed, words: words, isQuestion: trimmed.hasSuffix("?")))
        }
        var isAtEnd = false
        for character in text {
            if isAtEnd, character.isWhitespace { close() }
            current.append(character)
            isAtEnd = character == "." || character == "!" || character == "?"
        }
        close()
        return sentences
    }
}
