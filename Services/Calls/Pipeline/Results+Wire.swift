import Crypto
import Models

extension Recording {
    var wire: CallsAPI.Recording {
        CallsAPI.Recording(
            id: id, durationSeconds: durationSeconds, channels: channels, contentType: contentType, bytes: bytes,
            sha256: Hex.encode(sha256))
    }
}

extension CallResults.StoredTranscript {
    var wire: CallsAPI.Transcript {
        CallsAPI.Transcript(
            version: version, language: transcript.language, engine: transcript.engine.rawValue,
            model: transcript.model,
            segments: transcript.segments.map {
                CallsAPI.Segment(
                    id: $0.id, channel: $0.channel, speaker: $0.speaker, startSeconds: $0.startSeconds,
                    endSeconds: $0.endSeconds, text: $0.text, doubtful: $0.isDoubtful)
            })
    }
}

extension CallResults.StoredAnalysis {
    var wire: CallsAPI.Analysis {
        CallsAPI.Analysis(
            engine: analysis.engine.rawValue, model: analysis.model, transcriptVersion: transcriptVersion,
            summary: analysis.summary,
            sentiment: CallsAPI.Sentiment(
                score: analysis.sentiment.score, label: analysis.sentiment.label,
                segmentIDs: analysis.sentiment.segmentIDs),
            topics: analysis.topics.map(\.wire),
            actionItems: analysis.actionItems.map {
                CallsAPI.ActionItem(text: $0.text, owner: $0.owner, dueOn: $0.dueOn, segmentIDs: $0.segmentIDs)
            },
            intent: analysis.intent?.wire, objections: analysis.objections.map(\.wire),
            keyMoments: analysis.keyMoments.map(\.wire), quality: analysis.quality?.wire,
            qualityUnavailableReason: analysis.qualityUnavailableReason?.rawValue, talk: analysis.talk.wire,
            analysedAt: analysedAt)
    }
}

extension Analysis.Finding {
    fileprivate var wire: CallsAPI.Finding { CallsAPI.Finding(name: name, segmentIDs: segmentIDs) }
}

extension Analysis.Quality {
    fileprivate var wire: CallsAPI.Quality {
        CallsAPI.Quality(
            score: score,
            categories: categories.map { .init(key: $0.key, score: $0.score, segmentIDs: $0.segmentIDs) },
            strengths: strengths.map(\.wire), improvements: improvements.map(\.wire))
    }
}

extension Analysis.TalkStatistics {
    fileprivate var wire: CallsAPI.TalkStatistics {
        CallsAPI.TalkStatistics(
            agentRatio: agentRatio, customerRatio: customerRatio, silenceRatio: silenceRatio,
            longestMonologueSeconds: longestMonologueSeconds, interruptions: interruptions,
            wordsPerMinute: wordsPerMinute, unavailableReason: unavailableReason?.rawValue)
    }
}
