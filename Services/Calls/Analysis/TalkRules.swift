import Models

/// Who spoke how much, from the times of the segments alone.
struct TalkRules {
    /// Talking for a moment over the end of another's sentence is no interruption.
    private static let overlap = 0.5

    static func statistics(of request: AnalysisRequest) -> Analysis.TalkStatistics {
        if let reason = request.speakersUnavailable { return Analysis.TalkStatistics(unavailableReason: reason) }
        let segments = request.transcript.segments
        // Of words without times nothing can be said, least of all that everybody was silent.
        guard segments.contains(where: { $0.endSeconds > $0.startSeconds }) else { return Analysis.TalkStatistics() }
        func seconds(_ speaker: Speaker) -> Double {
            segments.filter { $0.speaker == speaker }.reduce(0) { $0 + max(0, $1.endSeconds - $1.startSeconds) }
        }
        let (agent, customer) = (seconds(.agent), seconds(.customer))
        let agentWords = segments.filter { $0.speaker == .agent }.reduce(0) { $0 + WordCutter.cut($1.text).count }
        let total = agent + customer
        return Analysis.TalkStatistics(
            agentRatio: total > 0 ? rounded(agent / total) : nil,
            customerRatio: total > 0 ? rounded(customer / total) : nil,
            silenceRatio: request.durationSeconds > 0
                ? rounded(max(0, 1 - spoken(segments) / request.durationSeconds)) : nil,
            longestMonologueSeconds: rounded(longestMonologue(segments)), interruptions: interruptions(segments),
            wordsPerMinute: agent > 0 ? rounded(Double(agentWords) * 60 / agent) : nil)
    }

    /// Time in which anybody spoke, counted once where both did.
    private static func spoken(_ segments: [Transcript.Segment]) -> Double {
        var sum = 0.0
        var end = 0.0
        for segment in segments where segment.endSeconds > end {
            sum += segment.endSeconds - max(end, segment.startSeconds)
            end = segment.endSeconds
        }
        return sum
    }

    /// The agent's longest stretch that the customer did not break.
    private static func longestMonologue(_ segments: [Transcript.Segment]) -> Double {
        var longest = 0.0
        var start: Double?
        for segment in segments {
            guard segment.speaker == .agent else {
                start = nil
                continue
            }
            let from = start ?? segment.startSeconds
            start = from
            longest = max(longest, segment.endSeconds - from)
        }
        return longest
    }

    /// How often the agent began while the customer was still speaking.
    private static func interruptions(_ segments: [Transcript.Segment]) -> Int {
        var count = 0
        var customerEnd = -Double.infinity
        for segment in segments {
            if segment.speaker == .customer { customerEnd = max(customerEnd, segment.endSeconds) }
            if segment.speaker == .agent, customerEnd - segment.startSeconds > overlap { count += 1 }
        }
        return count
    }

    private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}
