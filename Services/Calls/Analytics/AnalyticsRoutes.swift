import Auth
import FoundationEssentials
import Models
import Postgres
import Web

/// Figures over HTTP: in time, side by side, by people and by hours.
struct AnalyticsRoutes: Sendable {
    /// More would be no list that anybody reads.
    private static let mostRows = 500
    private static let mostHourDays = 31

    let database: Database

    struct SeriesQuery: Codable, Sendable {
        /// `day` when not given.
        var step: FigureStep?
    }

    struct GroupQuery: Codable, Sendable {
        var by: FigureGroup
    }

    struct RankQuery: Codable, Sendable {
        /// `calls` when not given.
        var by: RankedFigure?
        /// Whoever has fewer calls is left out; 1 when not given.
        var minCalls: Int?
    }

    func series(
        _ context: RequestContext, _ form: Query<SeriesQuery>, _ query: Query<AnalyticsQuery>
    ) async throws -> OK<CallsAPI.FigureSeries> {
        OK(try await series(context, form.value.step ?? .day, query.value))
    }

    /// The same for whoever makes something else of it.
    func series(
        _ context: RequestContext, _ step: FigureStep, _ query: AnalyticsQuery
    ) async throws -> CallsAPI.FigureSeries {
        let (asked, zone) = (try reach(context, query), context.timeZone)
        let store = FigureStore(rows: context.database(database))
        let span = try await store.span(from: asked.fromDate, to: asked.toDate, zone: zone)
        if step == .hour, span.toDate >= span.fromDate.adding(days: Self.mostHourDays) {
            throw Failure(
                .invalidQuery,
                errors: [FieldError(pointer: "query/step", code: "out_of_range", detail: "Hours of 31 days at most.")])
        }
        var points: [FigureStore.Point] = []
        switch try await key(asked, store, context) {
        case .known(let key?): points = try await store.series(step, of: key, in: span, zone: zone)
        case .known(nil): break
        case .rows:
            if let filter = asked.calls.filter(context) {
                points = try await store.series(step, of: filter, in: span, zone: zone)
            }
        }
        let features = context.settings.analysisFeatures
        var total = Figures()
        for point in points { total += point.figures }
        let steps = Self.filled(points, step == .hour ? [] : try await store.beginnings(step, in: span, zone: zone))
        return CallsAPI.FigureSeries(
            fromDate: span.fromDate, toDate: span.toDate, timeZone: zone, step: step, total: total.wire(features),
            points: steps.indices.map { index in
                let point = steps[index]
                let hour = step == .hour ? point.startsAt..<(point.startsAt + .seconds(3600)) : nil
                let last = index + 1 < steps.count ? steps[index + 1].date.adding(days: -1) : span.toDate
                return .init(
                    startsAt: point.startsAt, date: point.date, figures: point.figures.wire(features),
                    query: FigureLinks.query(asked, from: point.date, to: last, hour: hour))
            }, figures: FigureLinks.figures)
    }

    func groups(
        _ context: RequestContext, _ form: Query<GroupQuery>, _ query: Query<AnalyticsQuery>
    ) async throws -> OK<CallsAPI.FigureGroups> {
        OK(try await groups(context, form.value.by, query.value))
    }

    /// The same for whoever makes something else of it.
    func groups(
        _ context: RequestContext, _ by: FigureGroup, _ query: AnalyticsQuery
    ) async throws -> CallsAPI.FigureGroups {
        let (asked, people) = (try reach(context, query), PeopleFigures(context))
        if by == .agent { try people.checkApart() }
        let store = FigureStore(rows: context.database(database))
        let span = try await store.span(from: asked.fromDate, to: asked.toDate, zone: context.timeZone)
        let found = try await groups(by, asked, span, store, context).sorted {
            ($0.figures.calls, $1.key.text) > ($1.figures.calls, $0.key.text)
        }.prefix(Self.mostRows)
        let (labels, features) = (try await store.labels(by, found.map(\.key)), context.settings.analysisFeatures)
        let data = found.map { row -> CallsAPI.FigureGroups.Row in
            if by == .agent {
                let (key, isNamed) = people.key(of: UserID(row.key))
                let link = FigureLinks.query(asked, from: span.fromDate, to: span.toDate, group: (by, key))
                return .init(key: key, label: nil, figures: row.figures.wire(features), query: isNamed ? link : nil)
            }
            let label = labels[row.key]
            let value = by == .disposition ? row.key.text : label ?? ""
            return .init(
                key: value, label: label, figures: row.figures.wire(features),
                query: FigureLinks.query(asked, from: span.fromDate, to: span.toDate, group: (by, value)))
        }
        return CallsAPI.FigureGroups(
            fromDate: span.fromDate, toDate: span.toDate, timeZone: context.timeZone, by: by, data: data,
            figures: FigureLinks.figures)
    }

    func leaderboard(
        _ context: RequestContext, _ form: Query<RankQuery>, _ query: Query<AnalyticsQuery>
    ) async throws -> OK<CallsAPI.Leaderboard> {
        let (asked, by, people) = (query.value, form.value.by ?? .calls, PeopleFigures(context))
        try people.checkApart()
        let store = FigureStore(rows: context.database(database))
        let span = try await store.span(from: asked.fromDate, to: asked.toDate, zone: context.timeZone)
        let (least, features) = (max(1, form.value.minCalls ?? 1), context.settings.analysisFeatures)
        let ranked = try await groups(.agent, asked, span, store, context).compactMap { row in
            row.figures.calls >= least ? row.figures.wire(features).ranked(by).map { (row.key, row.figures, $0) } : nil
        }.sorted { ($0.2, $1.0.text) > ($1.2, $0.0.text) }.prefix(Self.mostRows)
        let data = ranked.map { id, figures, value -> CallsAPI.Leaderboard.Place in
            let (key, isNamed) = people.key(of: UserID(id))
            let link = FigureLinks.query(asked, from: span.fromDate, to: span.toDate, group: (.agent, key))
            return .init(
                rank: 1 + ranked.count { $0.2 > value }, key: key,
                isCaller: UserID(id) == context.principal?.user?.userID, figures: figures.wire(features),
                query: isNamed ? link : nil)
        }
        return OK(
            CallsAPI.Leaderboard(
                fromDate: span.fromDate, toDate: span.toDate, timeZone: context.timeZone, by: by, data: data))
    }

    func hours(_ context: RequestContext, _ query: Query<AnalyticsQuery>) async throws -> OK<CallsAPI.BusyHours> {
        let asked = try reach(context, query.value)
        let store = FigureStore(rows: context.database(database))
        let span = try await store.span(from: asked.fromDate, to: asked.toDate, zone: context.timeZone)
        var data: [CallsAPI.BusyHours.Hour] = []
        switch try await key(asked, store, context) {
        case .known(let key?):
            data = try await store.hours(of: key, in: span, zone: context.timeZone) { weekday, hour in
                FigureLinks.query(asked, from: span.fromDate, to: span.toDate, ofWeek: (weekday, hour))
            }
        case .known(nil): break
        case .rows:
            throw Failure(
                .invalidQuery, "Hours are told of all calls, or by one of agent, line, team, topic, disposition.")
        }
        return OK(
            CallsAPI.BusyHours(fromDate: span.fromDate, toDate: span.toDate, timeZone: context.timeZone, data: data))
    }

    // What is asked for.

    /// Whoever sees their own calls alone is told of these; 403 for figures of a person that are not shown.
    private func reach(_ context: RequestContext, _ asked: AnalyticsQuery) throws -> AnalyticsQuery {
        var asked = asked
        if let own = context.reach.agentID { asked.agentID = own }
        try PeopleFigures(context).check(asked.agentID)
        return asked
    }

    /// Where the answer stands.
    private enum Source {
        /// In the roll-ups; nil when no call has had what was named.
        case known(FigureKey?)
        case rows
    }

    private func key(
        _ asked: AnalyticsQuery, _ store: FigureStore, _ context: RequestContext
    ) async throws -> Source {
        // The roll-ups know no calls of test keys.
        guard !asked.calls.asks(beyond: context.settings.analysisFeatures) else { return .known(nil) }
        guard let single = asked.single, context.reach.isTest != true else { return .rows }
        guard let (group, value) = single else { return .known(.all) }
        switch group {
        case .agent: return .known(asked.agentID.map { FigureKey(kind: "agent", id: $0.uuid) })
        case .disposition: return .known(asked.dispositionID.map { FigureKey(kind: "disposition", id: $0.uuid) })
        case .line, .team, .topic:
            return .known(try await store.label(group, value).map { FigureKey(kind: group.rawValue, id: $0) })
        }
    }

    private func groups(
        _ by: FigureGroup, _ asked: AnalyticsQuery, _ span: FigureSpan, _ store: FigureStore, _ context: RequestContext
    ) async throws -> [(key: UUID, figures: Figures)] {
        guard by != .topic || context.settings.analysisFeatures.contains(.topics) else { return [] }
        if case .some(nil) = asked.single, context.reach.isTest != true {
            return try await store.groups(by.rawValue, in: span)
        }
        guard let filter = asked.calls.filter(context) else { return [] }
        return try await store.groups(by, of: filter, in: span)
    }

    /// Steps without calls too, but for hours, whose number a change of the clock makes another.
    private static func filled(_ points: [FigureStore.Point], _ beginnings: [FigureStore.Point])
        -> [FigureStore.Point]
    {
        guard !beginnings.isEmpty else { return points }
        let known = Dictionary(points.map { ($0.date, $0) }) { first, _ in first }
        return beginnings.map { known[$0.date] ?? $0 }
    }
}

extension PeopleFigures {
    init(_ context: RequestContext) {
        self.init(
            names: context.settings[Settings.performanceNames], caller: context.principal?.user?.userID,
            tenant: context.tenant)
    }
}

extension CallsAPI.Figures {
    /// The value by which people are ranked; nil where there is none.
    fileprivate func ranked(_ by: RankedFigure) -> Double? {
        switch by {
        case .calls: Double(calls)
        case .answered: Double(answered)
        case .talkSeconds: Double(talkSeconds)
        case .quality: quality
        case .sentiment: sentiment
        }
    }
}
