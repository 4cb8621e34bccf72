import Models

/// Calls as a table for other programs: RFC 4180, without anything that a spreadsheet would take for a formula.
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
        return cells.map(cell).joined(separator: ",") + "\r\n"
    }

    /// What begins like a formula begins with an apostrophe, but for numbers and telephone numbers, which are none.
    static func cell(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first), !isNumber(text) {
            text = "'" + text
        }
        guard text.unicodeScalars.contains(where: { ",\"\r\n;".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    private static func isNumber(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        let isSigned = text.utf8.first == UInt8(ascii: "+") || text.utf8.first == UInt8(ascii: "-")
        return isSigned && !digits.isEmpty
            && digits.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
    }
}
