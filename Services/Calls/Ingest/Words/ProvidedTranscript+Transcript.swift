import JSON
import Models

extension ProvidedTranscript {
    /// The lines of a text, each with its speaker before a colon; nil when nobody is named.
    ///
    /// A line without one goes on with what was said before.
    init?(lines text: String, speakers: [String: Speaker], isPartial: Bool) {
        var segments: [Segment] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, let speaker = speakers[String(parts[0]).trimmed] {
                segments.append(
                    Segment(speaker: speaker, startSeconds: 0, endSeconds: 0, text: String(parts[1]).trimmed))
            } else if let last = segments.indices.last {
                segments[last].text += " " + String(line).trimmed
            }
        }
        segments.removeAll(where: \.text.isEmpty)
        guard !segments.isEmpty else { return nil }
        self.init(segments: segments, isPartial: isPartial)
    }

    /// As a transcript of ours: each side on the channel that a recording of the call would have.
    func transcript(
        of direction: CallDirection = .inbound, language fallback: String? = nil, by provider: String = ""
    ) -> Transcript {
        let agent = direction.agentChannel ?? 0
        var last = 0.0
        let spoken = segments.enumerated().map { index, segment in
            let start = segment.startSeconds.isFinite ? max(0, segment.startSeconds) : last
            last = segment.endSeconds.isFinite ? max(start, segment.endSeconds) : start
            let channel =
                switch segment.speaker {
                case .agent: agent
                case .customer: 1 - agent
                case .unknown: 0
                }
            return Transcript.Segment(
                id: index, channel: channel, speaker: segment.speaker, startSeconds: start, endSeconds: last,
                text: segment.text, isDoubtful: false)
        }
        return Transcript(
            language: code(fallback), engine: .provider, model: provider, segments: spoken,
            usage: EngineUsage())
    }

    /// Of the language, without a region.
    private func code(_ fallback: String?) -> String {
        guard let tag = language ?? fallback else {
            return LanguageDetector.language(of: segments.map(\.text).joined(separator: " ")) ?? "und"
        }
        return tag.lowercased().split(separator: "-").first.map(String.init) ?? tag
    }

    /// With other words, as a transcript that was made of this one has them.
    func saying(_ transcript: Transcript) -> ProvidedTranscript {
        guard transcript.segments.count == segments.count else { return self }
        var other = self
        for (index, segment) in transcript.segments.enumerated() { other.segments[index].text = segment.text }
        return other
    }
}

extension CallReport {
    /// Without numbers of payment cards in what was said.
    var withoutCards: CallReport {
        var report = self
        report.transcript = transcript.map { $0.saying(CardNumberRules.redact($0.transcript()).transcript) }
        report.summary = summary.map(CardNumberRules.redact)
        return report
    }
}
