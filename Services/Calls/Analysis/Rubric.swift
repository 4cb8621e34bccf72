import Models

/// By what the quality of a call is judged: lines with their share in the whole.
struct Rubric: Codable, Sendable, Equatable {
    struct Category: Codable, Sendable, Equatable {
        /// Stands with the scores.
        var key: String
        var name: String
        /// What a language model is told to look for.
        var description: String
        var weight: Int
        /// What the agent is to say; lets the local rules judge a line that they do not know.
        var phrases: [String]
    }

    /// Nil for the one that is there from the start.
    var id: RubricID?
    var version: Int64
    var name: String
    var categories: [Category]

    var reference: Analysis.RubricReference { .init(id: id, version: version, name: name) }

    func category(_ key: String) -> Category? { categories.first { $0.key == key } }

    /// The whole from its lines; nil without any.
    func score(of scores: [(key: String, score: Int)]) -> Int? {
        let weighted = scores.map { (score: $0.score, weight: category($0.key)?.weight ?? 1) }
        let weights = weighted.reduce(0) { $0 + $1.weight }
        guard weights > 0 else { return nil }
        return weighted.reduce(0) { $0 + $1.score * $1.weight } / weights
    }

    static let standard = Rubric(
        id: nil, version: 1, name: "Standard",
        categories: [
            line("greeting", "Greeting", 1, "The agent greets the customer at the beginning."),
            line("introduction", "Introduction", 1, "The agent gives name, company and the reason of the call."),
            line("discovery", "Discovery", 3, "The agent asks open questions and finds out what is needed."),
            line("listening", "Listening", 2, "The agent lets the customer speak and takes up what was said."),
            line("professionalism", "Professionalism", 2, "The agent is polite, calm and precise."),
            line("objection_handling", "Objection handling", 3, "The agent takes objections up and answers them."),
            line("next_steps", "Next steps", 2, "The agent agrees on what happens next, and when."),
            line("closing", "Closing", 1, "The agent ends the call politely."),
        ])

    private static func line(_ key: String, _ name: String, _ weight: Int, _ description: String) -> Category {
        Category(key: key, name: name, description: description, weight: weight, phrases: [])
    }
}

/// Words that a tenant wants to find in its calls.
struct Tracker: Sendable, Equatable {
    var id: TrackerID
    var version: Int64
    var name: String
    var phrases: [String]
    /// Whose words are looked at; nil for anybody's.
    var speaker: Speaker?
}
