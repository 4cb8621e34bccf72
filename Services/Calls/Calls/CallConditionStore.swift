import Models
import Postgres

/// The `WHERE` of a list of calls, in two parts: what an index finds, and what is looked at row by row.
struct CallCondition {
    /// Tenant, bin, time, and what has an index of its own.
    private(set) var scope: SQL { didSet { isOfAll = false } }
    /// Everything else; begins with ` AND ` unless it is empty.
    private(set) var rest: SQL = ""

    /// Whether the first part finds every call that is neither a test nor in the bin.
    private(set) var isOfAll: Bool

    var whole: SQL { "\(scope)\(rest)" }

    init(_ filter: CallFilter, in tenant: TenantID) {
        let bin: SQL = filter.isInBin ? "deleted_at IS NOT NULL" : "deleted_at IS NULL"
        let test: SQL = filter.isTest ? "is_test" : "NOT is_test"
        scope = "tenant_id = \(tenant) AND \(bin) AND \(test)"
        isOfAll = !filter.isInBin && !filter.isTest
        reached(filter)
        time(filter)
        parties(filter)
        people(filter.query)
        words(filter.query)
        ranges(filter.query)
        related(filter.query, tenant)
        sorted(filter.order)
    }

    /// Of these calls alone.
    func keeping(_ ids: [CallID], in tenant: TenantID) -> CallCondition { narrowed(" AND id = ANY (\(ids)::uuid[])") }

    /// Of the calls alone whose transcripts have the words, looked up call by call.
    func keeping(_ words: String, in tenant: TenantID) -> CallCondition {
        narrowed(" AND transcript_has(\(tenant), id, \(words)::tsquery)")
    }

    private func narrowed(_ more: SQL) -> CallCondition {
        var copy = self
        copy.scope = "\(scope)\(more)"
        return copy
    }

    private mutating func reached(_ filter: CallFilter) {
        if let agent = filter.reach.agentID { scope = "\(scope) AND agent_id = \(agent)" }
        if let ids = filter.ids { scope = "\(scope) AND id = ANY (\(ids)::uuid[])" }
        if filter.canGoOn { rest = "\(rest) AND \(RetryStore.canGoOn)" }
    }

    private mutating func parties(_ filter: CallFilter) {
        if let party = filter.party { scope = "\(scope) AND (from_value = \(party) OR to_value = \(party))" }
        if let line = filter.line {
            scope =
                "\(scope) AND \(unescaped: FigureColumns.line) = \(line)"
        }
    }

    private mutating func time(_ filter: CallFilter) {
        for instant in filter.begins { scope = "\(scope) AND started_at >= \(instant)" }
        for instant in filter.ends { scope = "\(scope) AND started_at < \(instant)" }
        func part(_ field: StaticString, _ values: [Int]) -> SQL {
            """
             AND extract(\(unescaped: field) FROM started_at AT TIME ZONE \(filter.timeZone.name))::int
                = ANY (\(values.map(Int32.init(clamping:)))::int[])
            """
        }
        if let days = filter.query.weekday { rest = "\(rest)\(part("isodow", days))" }
        if let hours = filter.query.hour { rest = "\(rest)\(part("hour", hours))" }
    }

    private mutating func people(_ query: CallQuery) {
        // One value is found by an index; of several, rows are looked at.
        if let agents = query.agentID {
            if agents.count == 1 {
                scope = "\(scope) AND agent_id = \(agents[0])"
            } else {
                rest = "\(rest) AND agent_id = ANY (\(agents)::uuid[])"
            }
        }
        if let isNobody = query.unassigned { rest = "\(rest) AND (agent_id IS NULL) = \(isNobody)" }
    }

    private mutating func words(_ query: CallQuery) {
        if let status = query.status {
            if status.count == 1 {
                scope = "\(scope) AND status = \(status[0].rawValue)"
            } else {
                rest = "\(rest) AND status = ANY (\(status.map(\.rawValue))::text[])"
            }
        }
        if let words = query.direction { rest = "\(rest) AND direction = ANY (\(words.map(\.rawValue))::text[])" }
        if let words = query.stage { rest = "\(rest) AND stage = ANY (\(words.map(\.rawValue))::text[])" }
        if let words = query.sentiment { rest = "\(rest) AND sentiment_label = ANY (\(words.map(\.rawValue))::text[])" }
        if let word = query.origin { rest = "\(rest) AND origin = \(word.rawValue)" }
        if let words = query.source { rest = "\(rest) AND source = ANY (\(words)::text[])" }
        if let words = query.language {
            rest = "\(rest) AND coalesce(transcript_language, language) = ANY (\(words)::text[])"
        }
        if let has = query.hasRecording { rest = "\(rest) AND (recording_bytes IS NOT NULL) = \(has)" }
        if let has = query.hasTranscript { rest = "\(rest) AND (transcript_language IS NOT NULL) = \(has)" }
        if let has = query.hasAnalysis { rest = "\(rest) AND (analysis_engine IS NOT NULL) = \(has)" }
        if let names = query.team { rest = "\(rest) AND team = ANY (\(names)::text[])" }
        if let has = query.answered {
            rest = "\(rest) AND (answered_at IS NOT NULL OR status IN ('completed', 'in_progress')) = \(has)"
        }
        if let has = query.hasDisposition { rest = "\(rest) AND (disposition_id IS NOT NULL) = \(has)" }
    }

    private mutating func ranges(_ query: CallQuery) {
        if let bound = query.sentimentMin { rest = "\(rest) AND sentiment_score >= \(bound)" }
        if let bound = query.sentimentMax { rest = "\(rest) AND sentiment_score <= \(bound)" }
        if let bound = query.qualityMin { rest = "\(rest) AND quality_score >= \(bound)" }
        if let bound = query.qualityMax { rest = "\(rest) AND quality_score <= \(bound)" }
        if let bound = query.durationMin { rest = "\(rest) AND duration_seconds >= \(bound)" }
        if let bound = query.durationMax { rest = "\(rest) AND duration_seconds <= \(bound)" }
    }

    private mutating func related(_ query: CallQuery, _ tenant: TenantID) {
        if let ids = query.dispositionID { scope = "\(scope) AND disposition_id = ANY (\(ids)::uuid[])" }
        if let categories = query.dispositionCategory {
            scope = """
                \(scope) AND disposition_id = ANY (ARRAY(SELECT d.id FROM call_dispositions AS d
                WHERE d.tenant_id = \(tenant) AND d.category = ANY (\(categories.map(\.rawValue))::text[])))
                """
        }
        if let tags = query.tagID {
            scope = """
                \(scope) AND EXISTS (SELECT FROM tagged_calls AS t WHERE t.tenant_id = \(tenant) AND t.call_id = calls.id
                AND t.tag_id = ANY (\(tags)::uuid[]))
                """
        }
        if let trackers = query.trackerID {
            scope = """
                \(scope) AND EXISTS (SELECT FROM call_tracker_hits AS t WHERE t.tenant_id = \(tenant)
                AND t.call_id = calls.id AND t.tracker_id = ANY (\(trackers)::uuid[]))
                """
        }
        if let names = query.topic?.map({ $0.trimmed.lowercased() }) {
            scope = """
                \(scope) AND EXISTS (SELECT FROM call_topics AS t WHERE t.tenant_id = \(tenant) AND t.call_id = calls.id
                AND t.topic_id = ANY (ARRAY(SELECT l.id FROM call_labels AS l
                WHERE l.tenant_id = \(tenant) AND l.kind = 'topic' AND l.value = ANY (\(names)::text[]))))
                """
        }
    }

    private mutating func sorted(_ order: CallFilter.Order) {
        switch order.key {
        case .startedAt: break
        case .durationSeconds: scope = "\(scope) AND duration_seconds IS NOT NULL"
        case .qualityScore: scope = "\(scope) AND quality_score IS NOT NULL"
        case .sentimentScore: scope = "\(scope) AND sentiment_score IS NOT NULL"
        }
    }
}

extension CallFilter {
    /// The instants at or after which a call begins.
    fileprivate var begins: [SQL] {
        var instants: [SQL] = []
        if let instant = query.startedAfter { instants.append("\(instant)") }
        if let day = query.fromDate { instants.append("\(day)::timestamp AT TIME ZONE \(timeZone.name)") }
        return instants
    }

    /// The instants before which a call begins.
    fileprivate var ends: [SQL] {
        var instants: [SQL] = []
        if let instant = query.startedBefore { instants.append("\(instant)") }
        if let day = query.toDate?.adding(days: 1) {
            instants.append("\(day)::timestamp AT TIME ZONE \(timeZone.name)")
        }
        return instants
    }

    /// Between which instants calls begin, null where that is open.
    var timeBounds: (since: SQL, until: SQL) {
        (
            begins.reduce("NULL::timestamptz") { "greatest(\($0), \($1))" },
            ends.reduce("NULL::timestamptz") { "least(\($0), \($1))" }
        )
    }
}

extension CallFilter.Order {
    /// After `ORDER BY`.
    var sql: SQL {
        switch (key, isDescending) {
        case (.startedAt, true): "started_at DESC, id DESC"
        case (.startedAt, false): "started_at, id"
        case (.durationSeconds, true): "duration_seconds DESC, id DESC"
        case (.durationSeconds, false): "duration_seconds, id"
        case (.qualityScore, true): "quality_score DESC, id DESC"
        case (.qualityScore, false): "quality_score, id"
        case (.sentimentScore, true): "sentiment_score DESC, id DESC"
        case (.sentimentScore, false): "sentiment_score, id"
        }
    }

    /// Takes rows beyond a position; empty without one, or with one of another order.
    func beyond(_ position: CallPosition?) -> SQL {
        guard let position else { return "" }
        let than: SQL = isDescending ? "<" : ">"
        switch (key, position.value) {
        case (.startedAt, .instant(let value)): return " AND (started_at, id) \(than) (\(value), \(position.id))"
        case (.durationSeconds, .number(let value)):
            return " AND (duration_seconds, id) \(than) (\(value), \(position.id))"
        case (.qualityScore, .number(let value)): return " AND (quality_score, id) \(than) (\(value), \(position.id))"
        case (.sentimentScore, .fraction(let value)):
            return " AND (sentiment_score, id) \(than) (\(value), \(position.id))"
        default: return ""
        }
    }

    /// Where a call stands in the order.
    func position(of call: Call) -> CallPosition {
        switch key {
        case .startedAt: CallPosition(startedAt: call.startedAt, id: call.id)
        case .durationSeconds: CallPosition(.number(Int32(clamping: call.durationSeconds ?? 0)), call.id)
        case .qualityScore: CallPosition(.number(Int32(clamping: call.analysis?.qualityScore ?? 0)), call.id)
        case .sentimentScore: CallPosition(.fraction(call.analysis?.sentimentScore ?? 0), call.id)
        }
    }
}
