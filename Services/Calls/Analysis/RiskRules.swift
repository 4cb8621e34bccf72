import Models

/// How likely a deal or a customer is to be lost, by what was said; each reason names its segments.
struct RiskRules: Sendable {
    private static let nextSteps = PhraseTable(Lexicons.nextSteps)
    private static let leaving = PhraseTable(Lexicons.leaving)

    let segments: [SpokenSegment]
    let sentiment: Analysis.Sentiment
    let intent: Analysis.Finding?
    let objections: [Analysis.Finding]
    let handling: [Analysis.Handling]

    /// Nil when nobody spoke.
    func dealRisk() -> Analysis.Risk? {
        guard !segments.isEmpty else { return nil }
        var risk = Scale(base: 20)
        for objection in objections {
            let isHandled = handling.contains { $0.objection == objection.name && $0.effectiveness >= 70 }
            risk.add(
                isHandled ? 5 : objection.name == "price" ? 20 : 15,
                "\(isHandled ? "answered" : "open")_objection_\(objection.name)", objection.segmentIDs)
        }
        switch intent?.name {
        case "not_interested", "cancel": risk.add(40, "not_interested", intent?.segmentIDs ?? [])
        case "purchase", "renewal": risk.add(-20, "wants_to_buy", intent?.segmentIDs ?? [])
        default: break
        }
        tone(&risk, 20)
        let agreed = segments.filter { Self.nextSteps.hasMatch(in: $0.words) }
        if agreed.isEmpty {
            risk.add(20, "no_next_step", segments.suffix(3).map(\.id))
        } else {
            risk.add(-10, "next_step_agreed", agreed.suffix(5).map(\.id))
        }
        return risk.made
    }

    /// Nil when nobody spoke.
    func churnRisk() -> Analysis.Risk? {
        guard !segments.isEmpty else { return nil }
        var risk = Scale(base: 10)
        switch intent?.name {
        case "cancel": risk.add(50, "wants_to_cancel", intent?.segmentIDs ?? [])
        case "refund": risk.add(25, "wants_a_refund", intent?.segmentIDs ?? [])
        case "complaint": risk.add(25, "complains", intent?.segmentIDs ?? [])
        case "renewal": risk.add(-10, "wants_to_renew", intent?.segmentIDs ?? [])
        default: break
        }
        let said = segments.filter { $0.isCustomers && Self.leaving.hasMatch(in: $0.words) }
        if !said.isEmpty { risk.add(25, "speaks_of_leaving", said.prefix(10).map(\.id)) }
        if let other = objections.first(where: { $0.name == "competitor" }) {
            risk.add(15, "looks_at_competitors", other.segmentIDs)
        }
        tone(&risk, 20)
        return risk.made
    }

    private func tone(_ risk: inout Scale, _ points: Int) {
        switch sentiment.label {
        case .negative: risk.add(points, "negative_tone", sentiment.segmentIDs)
        case .positive: risk.add(-points / 2, "positive_tone", sentiment.segmentIDs)
        case .neutral: break
        }
    }

    private struct Scale {
        var sum: Int
        var reasons: [Analysis.Finding] = []

        init(base: Int) { sum = base }

        mutating func add(_ points: Int, _ name: String, _ segmentIDs: [Int]) {
            sum += points
            reasons.append(Analysis.Finding(name: name, segmentIDs: segmentIDs))
        }

        var made: Analysis.Risk { Analysis.Risk(score: max(0, min(100, sum)), reasons: reasons) }
    }
}
