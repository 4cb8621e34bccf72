import Models
import PDF

/// A call, or a list of calls, on paper.
enum CallPaper {
    /// What of a call stands on paper.
    struct Content: Sendable {
        var call: Call
        var results: CallResults
        var tags: [CallsAPI.Tag]
    }

    static func of(_ content: Content) -> [UInt8]? {
        let call = content.call
        guard let paper = PDFDocument(title: "Call \(call.id)") else { return nil }
        paper.write("Call of \(call.startedAt.jsonText)", .title)
        facts(call, content, on: paper)
        if let analysis = content.results.analysis?.analysis {
            paper.rule()
            for section in CallFindings.sections(of: analysis, in: content.results.analysedTranscript) {
                list(section.heading, section.lines, on: paper)
            }
            if analysis.engine == .local {
                paper.write("A preview by rules; a language model does better.", .small)
            }
        }
        if let transcript = content.results.transcript?.transcript {
            paper.rule()
            paper.write("Transcript (\(transcript.language))", .heading)
            for segment in transcript.segments {
                paper.write("\(clock(segment.startSeconds))  \(segment.speaker.rawValue)", .small)
                paper.write(segment.text, PDFDocument.Style(indent: 12))
            }
        }
        if paper.isCut { return nil }
        return paper.finish()
    }

    static func list(_ calls: [Call], _ extras: CallExtras, title: String, isCut: Bool) -> [UInt8]? {
        guard let paper = PDFDocument(title: title) else { return nil }
        paper.write(title, .title)
        paper.write(isCut ? "The newest \(calls.count) calls; there are more." : "\(calls.count) calls", .small)
        for call in calls {
            paper.rule()
            let tags = extras.summary(of: call).tags.map(\.name).joined(separator: ", ")
            paper.write(
                "\(call.startedAt.jsonText)  \(call.direction.rawValue)  \(call.from.value) → \(call.to.value)",
                PDFDocument.Style(size: 9, isBold: true, after: 1))
            var line = "\(call.status.rawValue)"
            if let seconds = call.durationSeconds { line += ", \(clock(Double(seconds)))" }
            if let analysis = call.analysis {
                if let label = analysis.sentimentLabel { line += ", \(label.rawValue)" }
                if let quality = analysis.qualityScore { line += ", quality \(quality)" }
            }
            if !tags.isEmpty { line += ", \(tags)" }
            paper.write(line, PDFDocument.Style(size: 9, after: 1))
            if let summary = call.analysis?.summary { paper.write(summary, PDFDocument.Style(size: 8, gray: 0.3)) }
        }
        return paper.finish()
    }

    private static func facts(_ call: Call, _ content: Content, on paper: PDFDocument) {
        paper.write("\(call.direction.rawValue), \(call.from.value) → \(call.to.value), \(call.status.rawValue)")
        if let seconds = call.durationSeconds { paper.write("Length \(clock(Double(seconds)))") }
        if let agent = call.agentID { paper.write("Agent \(agent)") }
        if let outcome = content.results.outcome {
            paper.write("Disposition: \(outcome.disposition.name)" + (outcome.note.map { " — \($0)" } ?? ""))
        }
        if !content.tags.isEmpty { paper.write("Tags: " + content.tags.map(\.name).joined(separator: ", ")) }
        if let analysis = call.analysis {
            if let label = analysis.sentimentLabel, let score = analysis.sentimentScore {
                paper.write("Sentiment \(label.rawValue) (\(score))")
            }
            if let quality = analysis.qualityScore { paper.write("Quality \(quality) of 100") }
        }
    }

    private static func list(_ name: String, _ lines: [String], on paper: PDFDocument) {
        paper.write(name, .heading)
        let sign = lines.count > 1 ? "• " : ""
        for line in lines { paper.write(sign + line, PDFDocument.Style(indent: 8, after: 1)) }
    }

    /// Minutes and seconds.
    static func clock(_ seconds: Double) -> String {
        let whole = Int(max(0, min(seconds, 1e9)))
        return "\(whole / 60):" + (whole % 60 < 10 ? "0" : "") + "\(whole % 60)"
    }
}
