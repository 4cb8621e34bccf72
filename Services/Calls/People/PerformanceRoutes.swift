import Auth
import Models
import Postgres
import Web

/// One person's own figures.
struct PerformanceRoutes: Sendable {
    /// A year and a day, so that years can be compared.
    private static let mostDays = 367

    let database: Database

    /// Days in the tenant's time zone, both included.
    struct Span: Codable, Sendable {
        var fromDate: LocalDate?
        var toDate: LocalDate?
    }

    func get(
        _ context: RequestContext, _ path: PathID<UserID>, _ query: Query<Span>
    ) async throws -> OK<CallsAPI.Performance> {
        let (reach, span) = (context.reach, query.value)
        // Whoever sees their own calls alone has no figures of anybody else.
        guard reach.agentID.map({ $0 == path.id }) ?? true else { throw Failure(.notFound) }
        try PeopleFigures(context).check(path.id)
        if let from = span.fromDate, let to = span.toDate { try Self.check(from, to) }
        let store = PerformanceStore(database: database)
        // Of others this service knows no more than their calls.
        var isKnown = context.principal?.user?.userID == path.id
        if !isKnown { isKnown = try await store.hasCalls(path.id, in: context.tenant) }
        guard isKnown else { throw Failure(.notFound) }
        let found = try await store.find(
            path.id, from: span.fromDate, to: span.toDate, timeZone: context.timeZone, reach: reach,
            in: context.tenant)
        guard let found else { throw Failure(.invalidQuery) }
        try Self.check(found.fromDate, found.toDate)
        return OK(found.wire(of: path.id, showing: context.settings.analysisFeatures))
    }

    private static func check(_ from: LocalDate, _ to: LocalDate) throws(Failure) {
        guard from <= to, to < from.adding(days: mostDays) else {
            throw Failure(
                .invalidQuery,
                errors: [
                    FieldError(
                        pointer: "query/to_date", code: "out_of_range",
                        detail: "It must be from_date or later, by a year at most.")
                ])
        }
    }
}

extension Performance {
    /// Without what is switched off, whenever it was found.
    fileprivate func wire(of person: UserID, showing features: Set<AnalysisFeature>) -> CallsAPI.Performance {
        var asked = AnalyticsQuery()
        asked.agentID = person
        return CallsAPI.Performance(
            userID: person, fromDate: fromDate, toDate: toDate, total: Self.figures(days[...], features),
            days: days.map {
                CallsAPI.Performance.Day(
                    date: $0.date, figures: Self.figures([$0], features),
                    query: FigureLinks.query(asked, from: $0.date, to: $0.date))
            }, query: FigureLinks.query(asked, from: fromDate, to: toDate))
    }

    private static func figures(
        _ days: ArraySlice<Day>, _ features: Set<AnalysisFeature>
    ) -> CallsAPI.Performance.Figures {
        func sum(_ part: (Day) -> Int) -> Int { days.reduce(0) { $0 + part($1) } }
        let rated = features.contains(.quality) ? sum(\.quality.count) : 0
        let felt = features.contains(.sentiment) ? sum(\.sentiment.count) : 0
        let mood = days.reduce(0) { $0 + $1.sentiment.sum }
        return CallsAPI.Performance.Figures(
            inboundCalls: sum(\.inbound), outboundCalls: sum(\.outbound), completedCalls: sum(\.completed),
            unansweredCalls: sum(\.unanswered), talkSeconds: sum(\.talkSeconds), ratedCalls: rated,
            quality: rated > 0 ? Double(sum(\.quality.sum)) / Double(rated) : nil,
            sentiment: felt > 0 ? mood / Double(felt) : nil)
    }
}
