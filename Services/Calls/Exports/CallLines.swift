import Models

/// What was said in a call as a table for other programs, with what was found in each line.
enum CallLines {
    private static let head = "segment_id,start_seconds,end_seconds,channel,speaker,doubtful,sentiment,found,text\r\n"

    static func table(of transcript: Transcript, _ analysis: Analysis?) -> String {
        let found = findings(analysis)
        let tones = Dictionary(
            analysis?.insights?.segmentSentiments.map { ($0.segmentID, $0.score) } ?? []
        ) { first, _ in first }
        return head
            + transcript.segments.map { segment in
                CSVText.line([
                    "\(segment.id)", "\(segment.startSeconds)", "\(segment.endSeconds)", "\(segment.channel)",
                    segment.speaker.rawValue, "\(segment.isDoubtful)", tones[segment.id].map { "\($0)" } ?? "",
                    (found[segment.id] ?? []).joined(separator: "; "), segment.text,
                ])
            }.joined()
    }

    /// The findings that rest on each segment, with what they are.
    private static func findings(_ analysis: Analysis?) -> [Int: [String]] {
        guard let analysis else { return [:] }
        var found: [Int: [String]] = [:]
        func add(_ kind: String, _ name: String, _ segments: [Int]) {
            for id in segments { found[id, default: []].append("\(kind): \(name)") }
        }
        if let intent = analysis.intent { add("intent", intent.name, intent.segmentIDs) }
        for topic in analysis.topics { add("topic", topic.name, topic.segmentIDs) }
        for item in analysis.actionItems { add("action item", item.text, item.segmentIDs) }
        for objection in analysis.objections { add("objection", objection.name, objection.segmentIDs) }
        for moment in analysis.keyMoments { add("key moment", moment.name, moment.segmentIDs) }
        for moment in analysis.insights?.emotions?.journey ?? [] {
            add("emotion", moment.emotion.rawValue, [moment.segmentID])
        }
        for hit in analysis.insights?.trackers ?? [] { add("tracker", hit.name, hit.segmentIDs) }
        return found
    }
}
