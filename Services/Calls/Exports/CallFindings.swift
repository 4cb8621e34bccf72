import Models

/// What was found in a call, as people read it on paper: heading by heading, each finding with the time it rests on.
struct CallFindings {
    struct Section: Sendable, Hashable {
        var heading: String
        var lines: [String]
    }

    private let analysis: Analysis
    private let insights: Analysis.Insights
    private let starts: [Int: Double]

    /// Only of what there is; nothing of what is switched off.
    static func sections(of analysis: Analysis, in transcript: Transcript?) -> [Section] {
        let findings = CallFindings(
            analysis: analysis, insights: analysis.insights ?? Analysis.Insights(),
            starts: Dictionary(transcript?.segments.map { ($0.id, $0.startSeconds) } ?? []) { first, _ in first })
        return (findings.told + findings.felt + findings.judged).filter { !$0.lines.isEmpty }
    }

    /// What was said.
    private var told: [Section] {
        [
            Section(heading: "Summary", lines: analysis.summary.map { [$0] } ?? []),
            Section(heading: "Intent", lines: analysis.intent.map { [line($0)] } ?? []),
            Section(heading: "Topics", lines: analysis.topics.map(line)),
            Section(
                heading: "Action items",
                lines: analysis.actionItems.map { item in
                    let due = item.dueOn.map { ", by \($0.jsonText)" } ?? ""
                    return "\(item.owner.rawValue): \(item.text)\(due)\(times(item.segmentIDs))"
                }),
            Section(heading: "Key moments", lines: analysis.keyMoments.map(line)),
            Section(
                heading: "Trackers",
                lines: insights.trackers.map { "\($0.name): \($0.count) times\(times($0.segmentIDs))" }),
        ]
    }

    /// How it was said.
    private var felt: [Section] {
        let talk = analysis.talk
        let shares: [(String, Double?)] = [
            ("Agent", talk.agentRatio), ("Customer", talk.customerRatio), ("Silence", talk.silenceRatio),
        ]
        var lines = shares.compactMap { name, ratio in ratio.map { "\(name) \(Int(($0 * 100).rounded())) %" } }
        if let seconds = talk.longestMonologueSeconds { lines.append("Longest monologue \(CallPaper.clock(seconds))") }
        if let count = talk.interruptions { lines.append("Interruptions \(count)") }
        if let rate = talk.wordsPerMinute { lines.append("Words a minute \(Int(rate.rounded()))") }
        return [
            Section(
                heading: "Emotions",
                lines: insights.emotions?.journey.map {
                    "\(CallPaper.clock($0.startSeconds))  \($0.speaker.rawValue): \($0.emotion.rawValue)"
                } ?? []),
            Section(heading: "Talk", lines: lines),
        ]
    }

    /// What was made of it.
    private var judged: [Section] {
        let quality = analysis.quality
        return [
            Section(
                heading: "Objections",
                lines: analysis.objections.map { objection in
                    let handling = insights.handling.first { $0.objection == objection.name }
                    return line(objection) + (handling.map { ", handled \($0.effectiveness) of 100" } ?? "")
                }),
            Section(
                heading: "Quality",
                lines: quality.map { quality in
                    ["\(quality.score) of 100"] + quality.categories.map { "\($0.name ?? $0.key): \($0.score)" }
                } ?? []),
            Section(heading: "Strengths", lines: quality?.strengths.map(line) ?? []),
            Section(heading: "Improvements", lines: quality?.improvements.map(line) ?? []),
            Section(heading: "Coaching", lines: insights.coaching.map(line)),
            risk("Risk of the deal", insights.dealRisk),
            risk("Risk of leaving", insights.churnRisk),
            Section(heading: "Recommendations", lines: insights.recommendations.map(line)),
        ]
    }

    private func risk(_ heading: String, _ risk: Analysis.Risk?) -> Section {
        Section(
            heading: heading,
            lines: risk.map { ["\($0.score) of 100, \($0.level.rawValue)"] + $0.reasons.map(line) } ?? [])
    }

    private func line(_ finding: Analysis.Finding) -> String { finding.name + times(finding.segmentIDs) }

    /// When the first of some segments was said; nothing where that is not known.
    private func times(_ segments: [Int]) -> String {
        segments.compactMap { starts[$0] }.min().map { " (\(CallPaper.clock($0)))" } ?? ""
    }
}
