import Models
import Postgres
import Web

/// Figures as a table for other programs, on record as every export is.
struct FigureTableRoutes: Sendable {
    let database: Database

    /// What the rows are: steps in time, or the groups of `by` where that is given.
    struct TableQuery: Codable, Sendable {
        /// `day` when not given.
        var step: FigureStep?
        var by: FigureGroup?
    }

    func csv(
        _ context: RequestContext, _ form: Query<TableQuery>, _ query: Query<AnalyticsQuery>
    ) async throws -> Raw {
        let figures = AnalyticsRoutes(database: database)
        let text: String
        let count: Int
        if let by = form.value.by {
            guard form.value.step == nil else {
                throw Failure(
                    .invalidQuery,
                    errors: [FieldError(pointer: "query/step", code: "not_allowed", detail: "Not together with by.")])
            }
            let groups = try await figures.groups(context, by, query.value)
            text = FigureTable.groups(groups)
            count = groups.data.count
        } else {
            let series = try await figures.series(context, form.value.step ?? .day, query.value)
            text = FigureTable.series(series)
            count = series.points.count
        }
        var filter = query.value.calls
        (filter.fromDate, filter.toDate) = (query.value.fromDate, query.value.toDate)
        return try await ExportedFile(format: "csv_figures", name: "figures.csv", rows: count, filter: filter).answer(
            text, context, database)
    }
}

/// Figures in the form of RFC 4180.
enum FigureTable {
    private static let columns = """
        calls,inbound,outbound,internal,answered,missed,voicemail,seconds,talk_seconds,positive,neutral,negative,\
        sentiment,quality,rated_calls,recorded,transcribed,analysed
        """

    static func series(_ series: CallsAPI.FigureSeries) -> String {
        let rows = series.points.map { line([$0.date.jsonText, $0.startsAt.jsonText], $0.figures) }
        return "date,starts_at,\(columns)\r\n" + rows.joined()
    }

    static func groups(_ groups: CallsAPI.FigureGroups) -> String {
        let rows = groups.data.map { line([$0.key, $0.label ?? ""], $0.figures) }
        return "\(groups.by.rawValue),label,\(columns)\r\n" + rows.joined()
    }

    private static func line(_ names: [String], _ figures: CallsAPI.Figures) -> String {
        let counts = [
            figures.calls, figures.inbound, figures.outbound, figures.internal, figures.answered, figures.missed,
            figures.voicemail, figures.seconds, figures.talkSeconds, figures.positive, figures.neutral,
            figures.negative,
        ].map(String.init)
        let means = [figures.sentiment, figures.quality].map { mean in
            mean.map { "\(($0 * 1_000).rounded() / 1_000)" } ?? ""
        }
        let rest = [figures.ratedCalls, figures.recorded, figures.transcribed, figures.analysed].map(String.init)
        return CSVText.line(names + counts + means + rest)
    }
}
