import Models

/// How the agent led the call, one score for each line of the rubric; only where the agent's words are known.
struct QualityRules: Sendable {
    /// Lines of the rubric and their share in the whole.
    private enum Line: String, CaseIterable {
        case greeting, introduction, discovery, listening, professionalism, closing
        case objectionHandling = "objection_handling"
        case nextSteps = "next_steps"
    }

    private static let greetings = PhraseTable(Lexicons.greetings)
    private static let introductions = PhraseTable(Lexicons.introductions)
    private static let courtesies = PhraseTable(Lexicons.courtesies)
    private static let rudeness = PhraseTable(Lexicons.rudeness)
    private static let openQuestions = PhraseTable(Lexicons.openQuestions)
    private static let acknowledgements = PhraseTable(Lexicons.acknowledgements)
    private static let nextSteps = PhraseTable(Lexicons.nextSteps)
    private static let farewells = PhraseTable(Lexicons.farewells)

    let segments: [SpokenSegment]
    let talk: Analysis.TalkStatistics
    let objections: [Analysis.Finding]
    var rubric = Rubric.standard

    private var agents: [SpokenSegment] { segments.filter { $0.speaker == .agent } }

    func quality() -> Analysis.Quality? {
        guard !agents.isEmpty else { return nil }
        let categories = rubric.categories.compactMap(category)
        guard let score = rubric.score(of: categories.map { ($0.key, $0.score) }) else { return nil }
        func findings(_ isTaken: (Int) -> Bool) -> [Analysis.Finding] {
            categories.filter { isTaken($0.score) }.map { Analysis.Finding(name: $0.key, segmentIDs: $0.segmentIDs) }
        }
        return Analysis.Quality(
            score: score, categories: categories, strengths: findings { $0 >= 80 },
            improvements: findings { $0 < 50 })
    }

    /// A line by its phrases where it has some, else by what is known of it; nil for one that neither can judge.
    private func category(_ line: Rubric.Category) -> Analysis.Quality.Category? {
        var made: Analysis.Quality.Category?
        if !line.phrases.isEmpty {
            made = said(line)
        } else if let known = Line(rawValue: line.key) {
            made = category(known)
        }
        made?.name = line.name
        made?.weight = line.weight
        return made
    }

    /// Whether the agent said one of the phrases.
    private func said(_ line: Rubric.Category) -> Analysis.Quality.Category {
        let phrases = line.phrases.map { WordCutter.cut($0).map(\.text) }.filter { !$0.isEmpty }
        let found = agents.filter { segment in phrases.contains { segment.words.firstRange(of: $0) != nil } }
        return Analysis.Quality.Category(
            key: line.key, score: found.isEmpty ? 0 : 100,
            segmentIDs: (found.isEmpty ? agents : found).prefix(10).map(\.id))
    }

    /// Nil for a line that this call gave no occasion for.
    private func category(_ line: Line) -> Analysis.Quality.Category? {
        switch line {
        case .greeting: early(line, QualityRules.greetings)
        case .introduction: early(line, QualityRules.introductions)
        case .discovery: discovery()
        case .listening: listening()
        case .professionalism: professionalism()
        case .objectionHandling: objectionHandling()
        case .nextSteps: counted(line, agents.filter { QualityRules.nextSteps.hasMatch(in: $0.words) }, enough: 2)
        case .closing:
            counted(line, agents.suffix(3).filter { QualityRules.farewells.hasMatch(in: $0.words) }, enough: 1)
        }
    }

    /// A score for which nothing speaks rests on the words in which nothing was found.
    private func make(_ line: Line, _ score: Int, _ found: [SpokenSegment]) -> Analysis.Quality.Category {
        let segments = found.isEmpty ? agents : found
        return Analysis.Quality.Category(
            key: line.rawValue, score: max(0, min(100, score)), segmentIDs: segments.prefix(10).map(\.id))
    }

    private func counted(_ line: Line, _ found: [SpokenSegment], enough: Int) -> Analysis.Quality.Category {
        make(line, found.count * 100 / enough, found)
    }

    /// Belongs into the agent's first words; a little later is half as good.
    private func early(_ line: Line, _ table: PhraseTable) -> Analysis.Quality.Category {
        if let first = agents.prefix(2).first(where: { table.hasMatch(in: $0.words) }) {
            return make(line, 100, [first])
        }
        if let late = agents.prefix(5).first(where: { table.hasMatch(in: $0.words) }) { return make(line, 50, [late]) }
        return make(line, 0, [])
    }

    /// Four open questions make a good conversation; other questions count a third.
    private func discovery() -> Analysis.Quality.Category {
        var points = 0
        let asking = agents.filter { segment in
            let questions = segment.sentences.filter(\.isQuestion)
            for question in questions {
                points += QualityRules.openQuestions.hasMatch(in: Array(question.words.prefix(5))) ? 25 : 8
            }
            return !questions.isEmpty
        }
        return make(.discovery, points, asking)
    }

    /// Best when the agent has 30 to 60 percent of the talk and lets the customer finish.
    private func listening() -> Analysis.Quality.Category? {
        guard let ratio = talk.agentRatio else { return nil }
        let excess = max(0, ratio - 0.6, 0.3 - ratio)
        return make(.listening, 100 - Int(excess * 250) - 10 * (talk.interruptions ?? 0), [])
    }

    private func professionalism() -> Analysis.Quality.Category {
        let rude = agents.filter { QualityRules.rudeness.hasMatch(in: $0.words) }
        let courteous = agents.filter { QualityRules.courtesies.hasMatch(in: $0.words) }
        let score = 60 + min(40, 10 * courteous.count) - 40 * rude.count
        return make(.professionalism, score, rude.isEmpty ? courteous : rude)
    }

    /// Of all objections, how many the agent took up in one of the next two answers.
    private func objectionHandling() -> Analysis.Quality.Category? {
        let places = Set(objections.flatMap(\.segmentIDs))
        guard !places.isEmpty else { return nil }
        var answers: [SpokenSegment] = []
        for place in places.sorted() {
            guard let index = segments.firstIndex(where: { $0.id == place }) else { continue }
            let next = segments[(index + 1)...].filter { $0.speaker == .agent }.prefix(2)
            if let answer = next.first(where: { QualityRules.acknowledgements.hasMatch(in: $0.words) }) {
                answers.append(answer)
            }
        }
        return make(.objectionHandling, answers.count * 100 / places.count, answers)
    }
}
