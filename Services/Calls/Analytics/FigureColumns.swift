import Models

/// The columns of figures: their names, what they count of calls, and how they are added up.
enum FigureColumns {
    static let names: StaticString = """
        calls, inbound, outbound, answered, missed, voicemail, seconds, talk_seconds, positive, neutral, negative,
        sentiment_sum, sentiment_calls, quality_sum, quality_calls, recorded, transcribed, analysed
        """

    /// Of rows of `calls`, or of something that has its columns.
    static let counts: StaticString = """
        count(*), count(*) FILTER (WHERE direction = 'inbound'), count(*) FILTER (WHERE direction = 'outbound'),
        count(*) FILTER (WHERE answered_at IS NOT NULL OR status IN ('completed', 'in_progress')),
        count(*) FILTER (WHERE direction = 'inbound' AND answered_at IS NULL
            AND status IN ('no_answer', 'busy', 'cancelled', 'failed', 'voicemail')),
        count(*) FILTER (WHERE status = 'voicemail'), coalesce(sum(duration_seconds), 0)::bigint,
        coalesce(sum(floor(extract(epoch FROM ended_at - coalesce(answered_at, started_at))))
            FILTER (WHERE answered_at IS NOT NULL OR status IN ('completed', 'in_progress')), 0)::bigint,
        count(*) FILTER (WHERE sentiment_label = 'positive'), count(*) FILTER (WHERE sentiment_label = 'neutral'),
        count(*) FILTER (WHERE sentiment_label = 'negative'),
        coalesce(sum(round(sentiment_score * 1000)::bigint), 0)::bigint, count(sentiment_score),
        coalesce(sum(quality_score), 0)::bigint, count(quality_score), count(recording_bytes),
        count(transcript_language), count(analysis_engine)
        """

    /// Figures that are taken away.
    static let negated: StaticString = """
        -calls, -inbound, -outbound, -answered, -missed, -voicemail, -seconds, -talk_seconds, -positive, -neutral,
        -negative, -sentiment_sum, -sentiment_calls, -quality_sum, -quality_calls, -recorded, -transcribed, -analysed
        """

    /// Of rows that are figures already.
    static let sums: StaticString = """
        coalesce(sum(calls), 0)::bigint, coalesce(sum(inbound), 0)::bigint, coalesce(sum(outbound), 0)::bigint,
        coalesce(sum(answered), 0)::bigint, coalesce(sum(missed), 0)::bigint, coalesce(sum(voicemail), 0)::bigint,
        coalesce(sum(seconds), 0)::bigint, coalesce(sum(talk_seconds), 0)::bigint, coalesce(sum(positive), 0)::bigint,
        coalesce(sum(neutral), 0)::bigint, coalesce(sum(negative), 0)::bigint,
        coalesce(sum(sentiment_sum), 0)::bigint, coalesce(sum(sentiment_calls), 0)::bigint,
        coalesce(sum(quality_sum), 0)::bigint, coalesce(sum(quality_calls), 0)::bigint,
        coalesce(sum(recorded), 0)::bigint, coalesce(sum(transcribed), 0)::bigint, coalesce(sum(analysed), 0)::bigint
        """

    /// Our end of a call, by which lines are told apart.
    static let line: StaticString =
        "coalesce(line_value, CASE direction WHEN 'inbound' THEN to_value ELSE from_value END)"
}

/// What some calls come to.
struct Figures: Sendable, Hashable {
    private(set) var values = [Int](repeating: 0, count: 18)

    init() {}

    /// In the order of `FigureColumns.names`.
    init(_ values: [Int]) { self.values = values }

    static func += (left: inout Figures, right: Figures) {
        for index in left.values.indices { left.values[index] += right.values[index] }
    }

    var calls: Int { values[0] }
    var answered: Int { values[3] }
    var missed: Int { values[4] }
    var talkSeconds: Int { values[7] }
    var sentiment: Double? { values[12] > 0 ? Double(values[11]) / 1000 / Double(values[12]) : nil }
    var quality: Double? { values[14] > 0 ? Double(values[13]) / Double(values[14]) : nil }

    /// Without what is switched off, whenever it was found.
    func wire(_ features: Set<AnalysisFeature>) -> CallsAPI.Figures {
        let (tone, score) = (features.contains(.sentiment), features.contains(.quality))
        return CallsAPI.Figures(
            calls: values[0], inbound: values[1], outbound: values[2], internal: values[0] - values[1] - values[2],
            answered: values[3], missed: values[4], voicemail: values[5], seconds: values[6], talkSeconds: values[7],
            positive: tone ? values[8] : 0, neutral: tone ? values[9] : 0, negative: tone ? values[10] : 0,
            sentiment: tone ? sentiment : nil, quality: score ? quality : nil, ratedCalls: score ? values[14] : 0,
            recorded: values[15], transcribed: values[16], analysed: values[17])
    }
}
