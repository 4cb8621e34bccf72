/// A part of what is made of a call, which the platform and a tenant can each switch off.
package enum AnalysisFeature: String, Codable, CaseIterable, Sendable {
    case summary, sentiment, emotions, topics
    case actionItems = "action_items"
    case intent, objections
    case keyMoments = "key_moments"
    case quality
    case dealRisk = "deal_risk"
    case churnRisk = "churn_risk"
    case recommendations, trackers
}

extension Settings {
    /// The switch of each part: a part that is off is not asked of an engine, not kept and not shown.
    package static let analysisFeatures: [AnalysisFeature: SettingKey<Bool>] = Dictionary(
        uniqueKeysWithValues: AnalysisFeature.allCases.map { feature in
            let (title, what) = words(of: feature)
            return (
                feature,
                SettingKey(
                    "analysis_\(feature.rawValue)", .analysis, .flag, default: true, isBinding: true, title,
                    "\(what) Off: neither asked of an engine, nor kept, nor shown.")
            )
        })

    private static func words(of feature: AnalysisFeature) -> (title: String, what: String) {
        switch feature {
        case .summary: ("Summaries", "Two or three sentences about each call.")
        case .sentiment: ("Sentiment", "The tone of each call and of what is said in it.")
        case .emotions: ("Emotions", "What people feel in the course of a call.")
        case .topics: ("Topics", "What calls are about.")
        case .actionItems: ("Action items", "What is to be done after a call, by whom and until when.")
        case .intent: ("Intent", "What callers want.")
        case .objections: ("Objections", "What is held against an offer, and how that is handled.")
        case .keyMoments: ("Key moments", "What of a call is worth hearing again.")
        case .quality: ("Quality", "Scores by the rubric, strengths, improvements and coaching.")
        case .dealRisk: ("Risk of deals", "How likely a deal is to be lost.")
        case .churnRisk: ("Risk of leaving", "How likely a customer is to leave.")
        case .recommendations: ("Recommendations", "What to do next.")
        case .trackers: ("Trackers", "Words and phrases that are looked for in calls.")
        }
    }
}

extension EffectiveSettings {
    /// The parts of an analysis that are on.
    package var analysisFeatures: Set<AnalysisFeature> {
        Set(AnalysisFeature.allCases.filter { Settings.analysisFeatures[$0].map { self[$0] } ?? true })
    }
}
