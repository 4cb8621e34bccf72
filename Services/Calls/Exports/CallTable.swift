import Models

/// Calls as a table for other programs.
enum CallTable {
    static let head = """
        id,external_id,source,origin,direction,from,to,status,started_at,ended_at,duration_seconds,agent_id,language,stage,\
        recording_seconds,sentiment_score,sentiment_label,quality_score,disposition_id,tags,summary\r\n
        """

    static func line(_ call: Call, _ extras: CallExtras) -> String {
        let summary = extras.summary(of: call)
        let cells: [String] = [
            call.id.description, call.externalID ?? "", call.source, call.origin.rawValue, call.direction.rawValue,
            call.from.value, call.to.value, call.status.rawValue, call.startedAt.jsonText,
            call.endedAt?.jsonText ?? "", call.durationSeconds.map(String.init) ?? "",
            call.agentID?.description ?? "", call.transcript?.language ?? call.language ?? "",
            call.processing.stage.rawValue, call.recording.map { "\($0.durationSeconds)" } ?? "",
            call.analysis?.sentimentScore.map { "\($0)" } ?? "", call.analysis?.sentimentLabel?.rawValue ?? "",
            call.analysis?.qualityScore.map(String.init) ?? "", call.dispositionID?.description ?? "",
            summary.tags.map(\.name).joined(separator: "; "), call.analysis?.summary ?? "",
        ]
        return CSVText.line(cells)
    }
}
