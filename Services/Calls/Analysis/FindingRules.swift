/// Objections, the customer's intent and the moments worth hearing again, by the phrases of the lexicons.
struct FindingRules: Sendable {
    private static let objectionTable = PhraseTable(Lexicons.objections)
    private static let intentTable = PhraseTable(Lexicons.intents)
    private static let meetings = PhraseTable(Lexicons.meetings)
    private static let prices = PhraseTable(Lexicons.prices)
    private static let momentLimit = 8

    /// One for each kind, in the order in which they came up.
    static func objections(of segments: [SpokenSegment]) -> [Analysis.Finding] {
        var findings: [Analysis.Finding] = []
        for segment in segments where segment.isCustomers {
            for kind in Set(objectionTable.matches(in: segment.words)).sorted() {
                if let index = findings.firstIndex(where: { $0.name == kind }) {
                    findings[index].segmentIDs.append(segment.id)
                } else {
                    findings.append(Analysis.Finding(name: kind, segmentIDs: [segment.id]))
                }
            }
        }
        return findings
    }

    /// The intent that most of the customer's segments speak of; the lexicon has the more telling ones first.
    static func intent(of segments: [SpokenSegment]) -> Analysis.Finding? {
        var places: [String: [Int]] = [:]
        for segment in segments where segment.isCustomers {
            for kind in Set(intentTable.matches(in: segment.words)) { places[kind, default: []].append(segment.id) }
        }
        let most = places.values.map(\.count).max()
        let best = intentTable.keys.first { places[$0]?.count == most }
        return best.flatMap { kind in places[kind].map { Analysis.Finding(name: kind, segmentIDs: $0) } }
    }

    /// In the order of time.
    static func keyMoments(of segments: [SpokenSegment], objections: [Analysis.Finding]) -> [Analysis.Finding] {
        var moments: [Analysis.Finding] = objections.compactMap { objection in
            objection.segmentIDs.first.map { Analysis.Finding(name: "objection_\(objection.name)", segmentIDs: [$0]) }
        }
        func add(_ name: String, _ segment: SpokenSegment?) {
            if let segment { moments.append(Analysis.Finding(name: name, segmentIDs: [segment.id])) }
        }
        add("price_discussed", segments.first { prices.hasMatch(in: $0.words) })
        add("meeting_agreed", segments.last { meetings.hasMatch(in: $0.words) })
        let toned = segments.map { (segment: $0, score: SentimentRules.score(of: $0.words)) }
        add("most_positive", toned.filter { $0.score >= 0.5 }.max { $0.score < $1.score }?.segment)
        add("most_negative", toned.filter { $0.score <= -0.4 }.min { $0.score < $1.score }?.segment)
        moments.sort { ($0.segmentIDs[0], $0.name) < ($1.segmentIDs[0], $1.name) }
        return Array(moments.prefix(momentLimit))
    }
}
