import Models

extension Analysis {
    /// Without what is switched off.
    func showing(_ features: Set<AnalysisFeature>) -> Analysis {
        let off = AnalysisFeature.allCases.filter { !features.contains($0) }
        guard !off.isEmpty else { return self }
        var copy = self
        for feature in off { copy.remove(feature) }
        let omitted = Set(off).union(copy.omitted ?? [])
        copy.omitted = AnalysisFeature.allCases.filter(omitted.contains)
        return copy
    }

    private mutating func remove(_ feature: AnalysisFeature) {
        switch feature {
        case .summary: summary = nil
        case .sentiment:
            sentiment = nil
            insights?.segmentSentiments = []
        case .emotions:
            insights?.emotions = nil
            insights?.emotionsUnavailableReason = nil
        case .topics: topics = []
        case .actionItems: actionItems = []
        case .intent: intent = nil
        case .objections:
            objections = []
            insights?.handling = []
        case .keyMoments: keyMoments = []
        case .quality:
            quality = nil
            qualityUnavailableReason = nil
            insights?.coaching = []
            insights?.rubric = nil
            insights?.unscored = []
        case .dealRisk: insights?.dealRisk = nil
        case .churnRisk: insights?.churnRisk = nil
        case .recommendations: insights?.recommendations = []
        case .trackers: insights?.trackers = []
        }
    }
}

extension CallResults {
    /// Without the findings that are switched off.
    func showing(_ features: Set<AnalysisFeature>) -> CallResults {
        var copy = self
        if let found = analysis { copy.analysis?.analysis = found.analysis.showing(features) }
        return copy
    }
}

extension Call {
    /// Without the findings that are switched off.
    func showing(_ features: Set<AnalysisFeature>) -> Call {
        var copy = self
        if !features.contains(.summary) { copy.analysis?.summary = nil }
        if !features.contains(.sentiment) {
            copy.analysis?.sentimentScore = nil
            copy.analysis?.sentimentLabel = nil
        }
        if !features.contains(.quality) { copy.analysis?.qualityScore = nil }
        return copy
    }
}
