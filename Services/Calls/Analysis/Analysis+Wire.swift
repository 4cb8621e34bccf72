import Models

extension CallResults.StoredAnalysis {
    /// As callers read it, beside the transcript that is current now.
    func wire(_ current: CallResults.StoredTranscript?) -> CallsAPI.Analysis {
        let (analysis, insights) = (analysis, analysis.insights)
        return CallsAPI.Analysis(
            version: version, engine: analysis.engine.rawValue, model: analysis.model,
            transcriptVersion: transcriptVersion, isOutdated: current.map { $0.version > transcriptVersion } ?? false,
            summary: analysis.summary,
            sentiment: analysis.sentiment.map { sentiment in
                CallsAPI.Sentiment(
                    score: sentiment.score, label: sentiment.label, segmentIDs: sentiment.segmentIDs,
                    segments: insights?.segmentSentiments.map {
                        CallsAPI.SegmentSentiment(segmentID: $0.segmentID, score: $0.score, label: $0.label)
                    })
            },
            emotions: insights?.emotions?.wire,
            emotionsUnavailableReason: insights?.emotionsUnavailableReason?.rawValue,
            topics: analysis.topics.map(\.wire),
            actionItems: analysis.actionItems.map {
                CallsAPI.ActionItem(text: $0.text, owner: $0.owner, dueOn: $0.dueOn, segmentIDs: $0.segmentIDs)
            },
            intent: analysis.intent?.wire, objections: objections, keyMoments: analysis.keyMoments.map(\.wire),
            quality: analysis.quality?.wire(insights),
            qualityUnavailableReason: analysis.qualityUnavailableReason?.rawValue, dealRisk: insights?.dealRisk?.wire,
            churnRisk: insights?.churnRisk?.wire, recommendations: (insights?.recommendations ?? []).map(\.wire),
            trackers: (insights?.trackers ?? []).map {
                CallsAPI.TrackerHit(
                    trackerID: $0.trackerID, version: $0.version, name: $0.name, count: $0.count,
                    segmentIDs: $0.segmentIDs)
            },
            talk: analysis.talk.wire, omitted: analysis.omitted ?? [], analysedAt: analysedAt)
    }

    private var objections: [CallsAPI.Objection] {
        analysis.objections.map { objection in
            let handling = analysis.insights?.handling.first { $0.objection == objection.name }
            return CallsAPI.Objection(
                name: objection.name, segmentIDs: objection.segmentIDs,
                responseSegmentIDs: handling?.responseSegmentIDs, effectiveness: handling?.effectiveness)
        }
    }
}

extension Analysis.Finding {
    fileprivate var wire: CallsAPI.Finding { CallsAPI.Finding(name: name, segmentIDs: segmentIDs) }
}

extension Analysis.RubricReference {
    var wire: CallsAPI.RubricReference { CallsAPI.RubricReference(id: id, version: version, name: name) }
}

extension Analysis.Risk {
    fileprivate var wire: CallsAPI.Risk {
        CallsAPI.Risk(score: score, level: level, reasons: reasons.map(\.wire))
    }
}

extension Analysis.Emotions {
    fileprivate var wire: CallsAPI.Emotions {
        CallsAPI.Emotions(
            shares: shares.map {
                .init(speaker: $0.speaker, emotion: $0.emotion, share: $0.share, segmentIDs: $0.segmentIDs)
            },
            journey: journey.map {
                .init(
                    segmentID: $0.segmentID, startSeconds: $0.startSeconds, speaker: $0.speaker, emotion: $0.emotion,
                    intensity: $0.intensity)
            })
    }
}

extension Analysis.Quality {
    fileprivate func wire(_ insights: Analysis.Insights?) -> CallsAPI.Quality {
        CallsAPI.Quality(
            score: score, rubric: insights?.rubric?.wire,
            categories: categories.map {
                .init(key: $0.key, name: $0.name, weight: $0.weight, score: $0.score, segmentIDs: $0.segmentIDs)
            },
            strengths: strengths.map(\.wire), improvements: improvements.map(\.wire),
            coaching: (insights?.coaching ?? []).map(\.wire), unscored: insights?.unscored ?? [])
    }
}

extension Analysis.TalkStatistics {
    fileprivate var wire: CallsAPI.TalkStatistics {
        CallsAPI.TalkStatistics(
            agentRatio: agentRatio, customerRatio: customerRatio, silenceRatio: silenceRatio,
            longestMonologueSeconds: longestMonologueSeconds, interruptions: interruptions,
            wordsPerMinute: wordsPerMinute,
            unavailableReason: unavailableReason?.rawValue ?? (silenceRatio == nil ? "no_times" : nil))
    }
}
