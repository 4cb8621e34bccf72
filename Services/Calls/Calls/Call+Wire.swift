import Models

extension Call {
    /// The call as a list shows it.
    var summary: CallsAPI.CallSummary {
        CallsAPI.CallSummary(
            id: id, externalID: externalID, source: source, origin: origin, direction: direction, from: from.wire,
            to: to.wire, status: status, startedAt: startedAt, endedAt: endedAt, durationSeconds: durationSeconds,
            agentID: agentID, language: language, processing: processing.wire, recording: recording?.wire,
            transcript: transcript?.wire, analysis: analysis?.wire, dispositionID: dispositionID,
            createdAt: createdAt, updatedAt: updatedAt, deletedAt: deletedAt)
    }

    /// The call with everything that the pipeline has made of it.
    func wire(_ results: CallResults) -> CallsAPI.Call {
        CallsAPI.Call(
            id: id, externalID: externalID, source: source, origin: origin, direction: direction, from: from.wire,
            to: to.wire, status: status, providerStatus: providerStatus, startedAt: startedAt, answeredAt: answeredAt,
            endedAt: endedAt, durationSeconds: durationSeconds, agentID: agentID, language: language,
            metadata: metadata, processing: processing.wire, recording: results.recording?.wire,
            transcript: results.transcript?.wire, analysis: results.analysis?.wire(results.transcript),
            disposition: results.outcome?.wire, createdAt: createdAt, updatedAt: updatedAt, deletedAt: deletedAt)
    }
}

extension Party {
    var wire: CallsAPI.Party {
        let kind: CallsAPI.Party.Kind =
            switch kind {
            case .phone: .phone
            case .extension: .extension
            case .sip: .sip
            case .web: .web
            case .withheld: .withheld
            }
        return CallsAPI.Party(kind: kind, value: value, number: number, raw: raw)
    }
}

extension Processing {
    fileprivate var wire: CallsAPI.Processing {
        CallsAPI.Processing(
            stage: stage, since: since, attempts: attempts,
            error: errorCode.map { CallsAPI.ProcessingError(code: $0, detail: errorDetail ?? "") })
    }
}

extension RecordingOutline {
    fileprivate var wire: CallsAPI.RecordingSummary {
        CallsAPI.RecordingSummary(durationSeconds: durationSeconds, channels: channels, bytes: bytes)
    }
}

extension TranscriptOutline {
    fileprivate var wire: CallsAPI.TranscriptSummary { CallsAPI.TranscriptSummary(language: language, engine: engine) }
}

extension AnalysisOutline {
    fileprivate var wire: CallsAPI.AnalysisSummary {
        CallsAPI.AnalysisSummary(
            engine: engine, summary: summary, sentimentScore: sentimentScore, sentimentLabel: sentimentLabel,
            qualityScore: qualityScore)
    }
}
