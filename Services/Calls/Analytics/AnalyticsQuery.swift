import Models

/// Which calls are counted, and over which days.
///
/// One of agent, line, team, topic and disposition, or none, is answered by the roll-ups; what else calls are told apart
/// by is counted from their rows.
struct AnalyticsQuery: Codable, Sendable {
    /// The first and the last day, in the tenant's time zone; the last 30 days when not given.
    var fromDate: LocalDate?
    var toDate: LocalDate?
    var agentID: UserID?
    var line: String?
    var team: String?
    var topic: String?
    var dispositionID: DispositionID?
    var direction: [CallDirection]?
    var source: [String]?
    var origin: CallOrigin?
    var language: [String]?
    var tagID: [TagID]?

    /// The same as the filter of a list, without the days.
    var calls: CallQuery {
        var query = CallQuery()
        query.agentID = agentID.map { [$0] }
        query.line = line
        query.team = team.map { [$0] }
        query.topic = topic.map { [$0] }
        query.dispositionID = dispositionID.map { [$0] }
        (query.direction, query.source, query.origin, query.language) = (direction, source, origin, language)
        query.tagID = tagID
        return query
    }

    /// The one group that the calls are of; nil when it takes the rows of calls to know.
    var single: (group: FigureGroup, value: String)?? {
        guard direction == nil, source == nil, origin == nil, language == nil, tagID == nil else { return nil }
        let named: [(FigureGroup, String?)] = [
            (.agent, agentID?.description), (.line, line), (.team, team), (.topic, topic?.trimmed.lowercased()),
            (.disposition, dispositionID?.description),
        ]
        let given = named.compactMap { group, value in value.map { (group: group, value: $0) } }
        guard given.count <= 1 else { return nil }
        return .some(given.first)
    }
}

/// Links from figures to the calls behind them: queries of `GET /api/v1/calls`.
enum FigureLinks {
    /// What each figure counts beside what its row counts.
    static let figures: [CallsAPI.FigureFilter] = [
        ("calls", ""), ("inbound", "direction=inbound"), ("outbound", "direction=outbound"),
        ("internal", "direction=internal"), ("answered", "answered=true"),
        ("missed", "direction=inbound&answered=false&status=no_answer,busy,cancelled,failed,voicemail"),
        ("voicemail", "status=voicemail"), ("seconds", ""), ("talk_seconds", "answered=true"),
        ("positive", "sentiment=positive"), ("neutral", "sentiment=neutral"), ("negative", "sentiment=negative"),
        ("sentiment", "sentiment=positive,neutral,negative"), ("quality", "quality_min=0"),
        ("rated_calls", "quality_min=0"), ("recorded", "has_recording=true"), ("transcribed", "has_transcript=true"),
        ("analysed", "has_analysis=true"),
    ].map { CallsAPI.FigureFilter(figure: $0.0, query: $0.1) }

    /// The calls of a row: some days, an hour, or an hour of the week, and what the caller asked for.
    static func query(
        _ asked: AnalyticsQuery, from: LocalDate, to: LocalDate, hour: Range<Timestamp>? = nil,
        ofWeek: (weekday: Int, hour: Int)? = nil, group: (FigureGroup, String)? = nil
    ) -> String {
        var parts: [(String, String)] = []
        if let hour {
            parts = [("started_after", hour.lowerBound.jsonText), ("started_before", hour.upperBound.jsonText)]
        } else {
            parts = [("from_date", from.jsonText), ("to_date", to.jsonText)]
        }
        if let ofWeek { parts += [("weekday", "\(ofWeek.weekday)"), ("hour", "\(ofWeek.hour)")] }
        var asked = asked
        switch group {
        case (.agent, let value)?: parts.append(("agent_id", value))
        case (.disposition, let value)?: parts.append(("disposition_id", value))
        case (let group, let value)?: parts.append((group.rawValue, value))
        case nil: break
        }
        if group?.0 == .agent { asked.agentID = nil }
        func add(_ name: String, _ value: String?) { if let value { parts.append((name, value)) } }
        add("agent_id", asked.agentID?.description)
        add("line", group?.0 == .line ? nil : asked.line)
        add("team", group?.0 == .team ? nil : asked.team)
        add("topic", group?.0 == .topic ? nil : asked.topic)
        add("disposition_id", group?.0 == .disposition ? nil : asked.dispositionID?.description)
        add("direction", asked.direction?.map(\.rawValue).joined(separator: ","))
        add("source", asked.source?.joined(separator: ","))
        add("origin", asked.origin?.rawValue)
        add("language", asked.language?.joined(separator: ","))
        add("tag_id", asked.tagID?.map(\.description).joined(separator: ","))
        return parts.map { "\($0.0)=\(PercentCode.encode($0.1, keeping: ","))" }.joined(separator: "&")
    }
}
